import ChatTemplates
import EventBus
import Inference
import Machine
import ModelFiles
import Platform
import Runs
import Tokenizers
import Transformer

/// The model loaded by the chat thread.
///
/// `@unchecked` because only the chat thread uses its mutable state.
final class ChatSpeaker: @unchecked Sendable {
    private struct Loaded {
        var source: ModelOnDisk
        var stamp: ContentStamp
        let generator: Generator
    }

    private let opened: OpenedFolder
    private let events: EventBus<WorkspaceEvent>
    private let models: ModelService
    private let registry: RegistryService
    private var loaded: Loaded?
    private var adapters: [String: (stamp: ContentStamp, adapter: LoRA)] = [:]

    init(
        _ opened: OpenedFolder,
        _ events: EventBus<WorkspaceEvent>,
        models: ModelService,
        registry: RegistryService
    ) {
        self.opened = opened
        self.events = events
        self.models = models
        self.registry = registry
    }

    /// The generator, with the target's base and adapter.
    ///
    /// Between targets with the same base only the adapter is exchanged. Nil accepts any precision.
    func load(_ target: ChatTarget, precision: Precision?) throws -> Generator {
        var choice = ChatChoice(target: target, title: target.reference, subtitle: "")
        do {
            let source = try registry.load(target)
            choice = source.choice
            let stamp = source.adapter.map(ContentStamp.init) ?? ContentStamp()
            if let loaded, loaded.source.modelPath == source.modelPath,
                loaded.source.adapter == source.adapter, loaded.stamp == stamp,
                (try? loaded.generator.model.file.checkUnchanged()) != nil,
                precision == nil || precision == loaded.generator.precision
            {
                if loaded.source.choice != choice { publish(choice, .ready) }
                self.loaded?.source = source
                return loaded.generator
            }
            publish(choice, .loading)
            let generator = try generator(source.modelPath, precision ?? .fast)
            generator.adapter = try source.adapter.map {
                try adapter($0, stamp, for: generator.model)
            }
            loaded = Loaded(source: source, stamp: stamp, generator: generator)
            publish(choice, .ready)
            return generator
        } catch {
            publish(choice, .failed, WorkspaceError(error))
            throw error
        }
    }

    /// The tokens of a prompt for the loaded model.
    func tokens(of prompt: Prompt) throws -> [Int32] {
        guard let generator = loaded?.generator else { return [] }
        switch prompt {
        case .conversation(let messages):
            return try ChatSession(generator).prompt(messages)
        case .raw(let text):
            let tokenizer = generator.model.file.tokenizer
            return tokenizer.encode(
                Array(text.utf8),
                parsingSpecialTokens: true,
                addingBOS: tokenizer.addsBOS
            )
        }
    }

    private func generator(_ path: String, _ precision: Precision) throws -> Generator {
        let model = try models.library.model(path)
        if let generator = loaded?.generator, generator.model === model,
            generator.precision == precision
        {
            return generator
        }
        loaded = nil
        adapters = [:]
        let length = Generator.defaultContextLength(of: model.configuration)
        let cache = KeyValueCache.byteCount(
            model.configuration,
            capacity: length,
            precision: precision
        )
        try WorkspaceError.translating {
            try opened.memory.admit(
                model.file.byteCount + model.decodingByteCount(precision) + cache,
                for: "A conversation of \(length) tokens with \(models.name(path: path))",
                hint: "Choose a smaller model, or close other programs."
            )
        }
        return try Generator(model: model, contextLength: length, precision: precision)
    }

    private func adapter(
        _ path: String,
        _ stamp: ContentStamp,
        for model: LanguageModel
    ) throws -> LoRA {
        if let known = adapters[path], known.stamp == stamp { return known.adapter }
        let file = try AdapterFile.read(path: path, for: model.configuration)
        let adapter = try LoRA(file, for: model)
        adapters[path] = (stamp, adapter)
        return adapter
    }

    private func publish(
        _ choice: ChatChoice,
        _ phase: ChatState.Phase,
        _ failure: WorkspaceError? = nil
    ) {
        events.publish(.chat(ChatState(choice: choice, phase: phase, failure: failure)))
    }
}
