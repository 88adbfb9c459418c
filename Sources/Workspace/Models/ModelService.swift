import ChatTemplates
import EventBus
import Inference
import ModelFiles
import Platform
import Runs
import Tokenizers
import Transformer

/// Base models: those on this machine and those that can be downloaded.
public final class ModelService: Sendable {
    let opened: OpenedFolder
    let events: EventBus<WorkspaceEvent>
    let library: ModelLibrary
    let store: ModelStore
    let pulls = Guarded<[String: ModelPull]>([:])

    init(
        _ opened: OpenedFolder,
        _ events: EventBus<WorkspaceEvent>,
        environment: [String: String],
        resources: ResourceFolders
    ) {
        self.opened = opened
        self.events = events
        library = ModelLibrary(digests: DigestCache(environment: environment))
        var store = ModelStore(environment: environment)
        store.shippedFolder = resources.folder(named: "sample-data/models")
        self.store = store
    }

    /// Installed models and those that tasks of flows have made, then the others of the catalogue.
    ///
    /// Blocks.
    public func list() throws -> [ModelSummary] {
        var names: Set<String> = []
        let installed = store.installed().map(ModelSummary.init) + made()
        let others = store.catalogue.entries.map(ModelSummary.init)
        return (installed + others).filter { names.insert($0.name).inserted }
    }

    /// The default model: that of the settings, else the only installed one.
    ///
    /// Blocks.
    ///
    /// - Throws: ``WorkspaceError`` with the code `notFound` or `ambiguous`, and what to do; with
    ///   `invalid` if the settings, which may name one, cannot be read.
    public func `default`() throws -> ModelSummary {
        _ = try Settings.readable(folder: opened.layout.folder)
        if let model = try defaultIfAny() { return model }
        let names = store.installed().map(\.name)
        guard names.isEmpty else {
            throw WorkspaceError(
                .ambiguous,
                "\(names.count) models are installed, and none is the default.",
                hint: "Name one with --model, or set default_model in \(opened.layout.settings): "
                    + "\(names.joined(separator: ", "))."
            )
        }
        let name = store.catalogue.entries.first?.name ?? "NAME"
        throw WorkspaceError(
            .notFound,
            "No model is installed.",
            hint: "Get one with `workbench model pull \(name)`."
        )
    }

    /// The contents of a model's file.
    ///
    /// Blocks.
    public func show(_ nameOrPath: String) throws -> ModelDetail {
        try WorkspaceError.translating {
            let path = try resolve(nameOrPath)
            let file = try library.file(path)
            let configuration = file.configuration
            return ModelDetail(
                summary: summary(path, file),
                architecture: configuration.architecture,
                parameterCount: configuration.parameterCount,
                layerCount: configuration.layerCount,
                width: configuration.width,
                headCount: configuration.headCount,
                keyValueHeadCount: configuration.keyValueHeadCount,
                feedForwardWidth: configuration.feedForwardWidth,
                vocabularySize: configuration.vocabularySize,
                tokensBeyondModel: file.tokenizer.tokensBeyondModel.map {
                    String(decoding: $0.text, as: UTF8.self)
                },
                contextLength: configuration.contextLength,
                chatTemplate: file.chatTemplate?.source
            )
        }
    }

    /// A text's tokens; special tokens are recognized.
    ///
    /// Blocks.
    public func tokenize(_ nameOrPath: String, text: String) throws -> Tokenization {
        try WorkspaceError.translating {
            let tokenizer = try file(nameOrPath).tokenizer
            let ids = tokenizer.encode(
                Array(text.utf8),
                parsingSpecialTokens: true,
                addingBOS: tokenizer.addsBOS
            )
            return Tokenization(ids: ids, tokens: Self.texts(of: ids, tokenizer))
        }
    }

    /// The tokens of several texts; special tokens are recognized, and none is added in front.
    ///
    /// Blocks.
    ///
    /// - Parameter nameOrPath: A model's name, a GGUF file with at least a vocabulary, or a folder
    ///   with a `tokenizer.json`.
    public func tokenize(_ nameOrPath: String, texts: [String]) throws -> [[Int32]] {
        try WorkspaceError.translating {
            let isFolder = FilePaths.isFolder(nameOrPath)
            let tokenizer = try Tokenizer.read(path: isFolder ? nameOrPath : path(nameOrPath))
            return texts.map { tokenizer.encode(Array($0.utf8), parsingSpecialTokens: true) }
        }
    }

    /// Scores a text.
    ///
    /// Blocks, and computes.
    ///
    /// - Parameter adapter: An adapter's folder, or a LoRA in GGUF; nil for only the base model.
    public func score(
        _ nameOrPath: String,
        text: String,
        adapter: String? = nil,
        precision: AnswerPrecision = .fast
    ) throws -> TextScore {
        let ids = try tokenize(nameOrPath, text: text).ids
        return try score(nameOrPath, ids: ids, adapter: adapter, precision: precision)
    }

    /// Scores tokens.
    ///
    /// Blocks, and computes.
    public func score(
        _ nameOrPath: String,
        ids: [Int32],
        adapter: String? = nil,
        precision: AnswerPrecision = .fast
    ) throws -> TextScore {
        try WorkspaceError.translating {
            let model = try model(nameOrPath)
            let lora = try adapter.map {
                try LoRA(AdapterFile.read(path: $0, for: model.configuration), for: model)
            }
            let score = try Scorer(
                model: model,
                adapter: lora,
                precision: precision.precision
            ).score(ids)
            return TextScore(
                ids: ids,
                tokenLogprobs: score.logProbabilities,
                perplexity: score.perplexity
            )
        }
    }

    /// The default model; nil if there is none, or several without a default.
    func defaultIfAny() throws -> ModelSummary? {
        let installed = store.installed()
        if let name = Settings.read(folder: opened.layout.folder).settings.defaultModel {
            if let model = installed.first(where: { $0.name == name }) {
                return ModelSummary(model)
            }
            return ModelSummary(path: try WorkspaceError.translating { try path(name) })
        }
        // The small model of the program is used only if there is no other.
        let own = installed.filter { !$0.isShipped }
        let candidates = own.isEmpty ? installed : own
        return candidates.count == 1 ? candidates.first.map(ModelSummary.init) : nil
    }

    /// The absolute path of a model.
    func path(_ nameOrPath: String) throws -> String {
        ResolvedPath.entry(try resolve(nameOrPath)).text
    }

    /// The path of an installed model, of one that a flow's task has made, or of a file.
    private func resolve(_ nameOrPath: String) throws -> String {
        do {
            return try store.resolve(nameOrPath)
        } catch {
            guard error.code == .notFound,
                let made = made().first(where: { $0.name == nameOrPath })?.path
            else { throw error }
            return made
        }
    }

    /// The models that tasks of flows have made under a name: files of the workspace's `models`.
    private func made() -> [ModelSummary] {
        let folder = opened.layout.models
        return Files.names(in: folder).filter { $0.hasSuffix(".gguf") && !$0.hasPrefix(".") }
            .sorted().map { ModelSummary(path: "\(folder)/\($0)") }
    }

    func file(_ nameOrPath: String) throws -> ModelFile { try library.file(path(nameOrPath)) }

    func model(_ nameOrPath: String) throws -> LanguageModel {
        try library.model(path(nameOrPath))
    }

    /// The short name of the model in a file: the catalogue's if it is listed there.
    func name(path: String) -> String {
        installed(at: path)?.name ?? ModelSummary(path: path).name
    }

    private func installed(at path: String) -> InstalledModel? {
        let place = ResolvedPath.entry(path)
        return store.installed().first { ResolvedPath.entry($0.path) == place }
    }

    private func summary(_ path: String, _ file: ModelFile) -> ModelSummary {
        var summary = installed(at: path).map(ModelSummary.init) ?? ModelSummary(path: path)
        summary.quantization = file.quantization
        return summary
    }

    /// The text of each token; incomplete UTF-8 is shown with replacement characters.
    private static func texts(of ids: [Int32], _ tokenizer: Tokenizer) -> [String] {
        ids.map { String(decoding: tokenizer.bytes(of: $0), as: UTF8.self) }
    }
}

extension ModelSummary {
    init(_ model: InstalledModel) {
        self.init(
            name: model.name,
            title: model.entry?.title ?? model.name,
            path: model.path,
            byteCount: Int64(model.byteCount),
            quantization: nil,
            license: model.entry?.license,
            isInCatalogue: model.entry != nil
        )
    }

    init(_ entry: CatalogueEntry) {
        self.init(
            name: entry.name,
            title: entry.title,
            path: nil,
            byteCount: Int64(entry.byteCount),
            quantization: nil,
            license: entry.license,
            isInCatalogue: true
        )
    }

    /// A file outside the models folder.
    init(path: String) {
        let file = FilePaths.name(path)
        let name = file.hasSuffix(".gguf") ? String(file.dropLast(".gguf".count)) : file
        self.init(
            name: name,
            title: name,
            path: path,
            byteCount: ModelStore.byteCount(ofModel: path).map(Int64.init) ?? Files.byteCount(path),
            quantization: nil,
            license: nil,
            isInCatalogue: false
        )
    }
}
