internal import FoundationEssentials
public import Platform
package import Transfers

/// A model on this machine.
public struct InstalledModel: Sendable, Equatable {
    /// The name that it is used by.
    public let name: String
    /// The path of its file.
    public let path: String
    /// The size of the file.
    public let byteCount: Int
    /// Its catalogue entry, if it is from the catalogue.
    public let entry: CatalogueEntry?
    /// Whether it is shipped with the program, instead of pulled or made by the user.
    public var isShipped = false
}

/// The folder of pulled models, shared by all workspaces of a user.
public struct ModelStore: Sendable {
    /// The settings for downloads.
    public struct Configuration: Sendable, Equatable {
        /// The hub's configuration.
        package var hub = HubConfiguration()
        /// The Python with pip: a path, or a name found on PATH.
        public var python = "python3"

        /// The defaults.
        public init() {}

        /// The defaults with the values of HF_ENDPOINT and HF_TOKEN.
        public init(environment: [String: String]) {
            hub = HubConfiguration(environment: environment)
        }
    }

    /// The folder of the models.
    public let folder: String
    /// The models that can be pulled by name.
    public let catalogue: ModelCatalogue
    /// The settings for downloads.
    public let configuration: Configuration
    /// The folder of the models shipped with the program; nil if there is none.
    public var shippedFolder: String?

    /// Opens the store in `folder`, which need not exist yet.
    public init(
        folder: String,
        catalogue: ModelCatalogue = .standard,
        configuration: Configuration = Configuration()
    ) {
        self.folder = folder
        self.catalogue = catalogue
        self.configuration = configuration
    }

    /// Opens the user's store according to this process's environment.
    public init() {
        self.init(environment: ProcessInfo.processInfo.environment)
    }

    /// Opens the user's store: `workbench/models` under `$XDG_CACHE_HOME`, else under `~/.cache`.
    public init(environment: [String: String]) {
        self.init(
            folder: "\(UserCache.folder(environment: environment))/models",
            configuration: Configuration(environment: environment)
        )
    }

    /// The installed models, by name.
    public func installed() -> [InstalledModel] {
        let files = Files.names(in: folder)
        return files.filter {
            $0.hasSuffix(".gguf") && !$0.hasPrefix(".") && NumberedPart.isFirst($0)
        }.sorted().compactMap {
            installedModel(named: String($0.dropLast(".gguf".count)))
        } + installedFromHub() + shipped()
    }

    /// The models shipped with the program, without those whose names others have.
    private func shipped() -> [InstalledModel] {
        guard let shippedFolder else { return [] }
        let files = Files.names(in: shippedFolder)
        return files.filter { $0.hasSuffix(".gguf") }.sorted()
            .compactMap { installedModel(named: String($0.dropLast(".gguf".count))) }
            .filter(\.isShipped)
    }

    /// The path of `nameOrPath`: an installed model, a GGUF file, or the folder of a Hugging Face
    /// model.
    ///
    /// Throws with a hint on which models are installed and how to pull others.
    public func resolve(_ nameOrPath: String) throws(ModelFileError) -> String {
        if !nameOrPath.contains("/"), let model = installedModel(named: nameOrPath) {
            return firstPart(of: model.path)
        }
        let path = nameOrPath.hasPrefix("~/") ? expandingHome(nameOrPath) : nameOrPath
        var isFolder = false
        if !path.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) {
            guard isFolder else { return firstPart(of: path) }
            let folder = String(path.reversed().drop { $0 == "/" }.reversed())
            guard FileManager.default.fileExists(atPath: "\(folder)/config.json") else {
                throw FolderContent(folder).withoutConfiguration()
            }
            return folder
        }
        let reference = HubReference(nameOrPath)
        if let reference, let model = installedModel(reference) {
            return firstPart(of: model.path)
        }
        if catalogue[nameOrPath] != nil || reference != nil && !nameOrPath.hasSuffix(".gguf")
            || reference?.file != nil
        {
            throw ModelFileError(
                .notFound,
                "The model \(nameOrPath) is not on this machine yet.",
                hint: "get it with: workbench model pull \(nameOrPath)"
            )
        }
        throw ModelFileError(
            .notFound,
            "There is no model \(VisibleText.name(nameOrPath)).",
            hint: whatThereIs()
        )
    }

    /// The first part of the model that a file belongs to; the file itself if it is whole, or the
    /// first part is missing.
    private func firstPart(of path: String) -> String {
        guard let first = NumberedPart(path: path)?.path(1), Self.byteCount(ofFile: first) != nil
        else {
            return path
        }
        return first
    }

    /// The model with that name, if it is installed.
    func installedModel(named name: String) -> InstalledModel? {
        guard !name.isEmpty, !name.contains("/") else { return nil }
        let path = "\(folder)/\(name).gguf"
        if let size = Self.byteCount(ofModel: path) {
            return InstalledModel(name: name, path: path, byteCount: size, entry: catalogue[name])
        }
        guard let shipped = shippedFolder.map({ "\($0)/\(name).gguf" }),
            let size = Self.byteCount(ofModel: shipped)
        else { return nil }
        return InstalledModel(
            name: name,
            path: shipped,
            byteCount: size,
            entry: nil,
            isShipped: true
        )
    }

    /// The size of a GGUF file with the other existing parts of its model; nil if there is none.
    public static func byteCount(ofModel path: String) -> Int? {
        guard let size = byteCount(ofFile: path) else { return nil }
        guard let split = NumberedPart(path: path) else { return size }
        return split.paths.reduce(0) { $0 + (byteCount(ofFile: $1) ?? 0) }
    }

    /// The size of a regular file, following links; nil for anything else.
    static func byteCount(ofFile path: String) -> Int? {
        guard let status = FileStatus(path), status.kind == .file else { return nil }
        return status.byteCount
    }

    private func whatThereIs() -> String {
        let names = installed().map(\.name)
        let others = catalogue.entries.map(\.name).filter { !names.contains($0) }
        let here =
            names.isEmpty ? "No model is installed" : "Installed: " + names.joined(separator: ", ")
        guard !others.isEmpty else { return "\(here)." }
        return "\(here); to get with `workbench model pull`: \(others.joined(separator: ", "))."
    }

    private func expandingHome(_ path: String) -> String {
        FileManager.default.homeDirectoryForCurrentUser.path + path.dropFirst()
    }
}
