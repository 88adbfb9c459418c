public import Platform
public import Registry

/// The model of a chat: a base model, or one with an adapter.
public enum ChatTarget: Hashable, Sendable, Codable {
    /// A base model by catalogue name or path.
    case base(model: String)
    /// The adapter of a run, on the base it was trained on.
    case run(id: String)
    /// An adapter's folder on a base model.
    case adapter(folder: String, model: String)
    /// A registered version by number.
    case version(name: String, number: Int)
    /// A registered version by alias.
    case alias(name: String, alias: String)
    /// The newest registered version in a stage.
    case stage(name: String, stage: Stage)
    /// The newest registered version.
    case latest(name: String)

    /// Reads what ``ModelReference`` reads, `runs:/RUN`, or else a base model's name or path.
    public init(_ text: String) throws {
        if text.hasPrefix("runs:/") {
            self = .run(id: String(text.dropFirst("runs:/".count)))
            return
        }
        guard text.hasPrefix(ModelReference.scheme) else {
            self = .base(model: text)
            return
        }
        let reference = try WorkspaceError.translating { try ModelReference(text) }
        let name = reference.model
        self =
            switch reference.selector {
            case .alias(let alias): .alias(name: name, alias: alias)
            case .version(let number): .version(name: name, number: number)
            case .stage(let stage): .stage(name: name, stage: stage)
            case .latest: .latest(name: name)
            }
    }

    /// The text that ``init(_:)`` reads, except for an adapter's folder, which has none.
    public var reference: String {
        switch self {
        case .base(let model): model
        case .run(let id): "runs:/\(id)"
        case .adapter(let folder, _): folder
        case .version(let name, let number): "models:/\(name)/\(number)"
        case .alias(let name, let alias): "models:/\(name)@\(alias)"
        case .stage(let name, let stage): "models:/\(name)/\(stage.rawValue)"
        case .latest(let name): "models:/\(name)/latest"
        }
    }
}

/// A target as an entry of a list to choose from.
public struct ChatChoice: Equatable, Sendable, Codable, Identifiable {
    /// The target.
    public var target: ChatTarget
    /// Its name, such as `faq v3 @production` or `faq-ko-r16`.
    public var title: String
    /// Its base, such as the base model.
    public var subtitle: String

    /// The target.
    public var id: ChatTarget { target }

    /// Creates a choice.
    public init(target: ChatTarget, title: String, subtitle: String) {
        self.target = target
        self.title = title
        self.subtitle = subtitle
    }
}

/// The state of the chat's model.
public struct ChatState: Equatable, Sendable, Codable {
    /// The progress of loading.
    public enum Phase: String, Sendable, Codable {
        /// The base model or adapter is being loaded.
        case loading
        /// Answers can start at once.
        case ready
        /// It cannot be loaded; `failure` contains the reason.
        case failed
    }

    /// The target.
    public var choice: ChatChoice
    /// The progress of loading.
    public var phase: Phase
    /// The reason why it cannot be loaded.
    public var failure: WorkspaceError?

    /// Creates a state.
    public init(choice: ChatChoice, phase: Phase, failure: WorkspaceError? = nil) {
        self.choice = choice
        self.phase = phase
        self.failure = failure
    }
}
