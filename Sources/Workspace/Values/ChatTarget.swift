/// Whom one talks to: a base model alone, or with an adapter.
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
    case stage(name: String, stage: ModelStage)

    /// Reads `models:/NAME@ALIAS`, `models:/NAME/NUMBER`, `models:/NAME/STAGE`, `runs:/RUN`, or
    /// else a base model's name or path.
    public init(_ text: String) throws {
        if text.hasPrefix("runs:/") {
            self = .run(id: String(text.dropFirst("runs:/".count)))
            return
        }
        guard text.hasPrefix("models:/") else {
            self = .base(model: text)
            return
        }
        let reference = text.dropFirst("models:/".count)
        if let at = reference.lastIndex(of: "@") {
            self = .alias(
                name: String(reference[..<at]),
                alias: String(reference[reference.index(after: at)...])
            )
        } else if let slash = reference.lastIndex(of: "/"), slash != reference.startIndex {
            let name = String(reference[..<slash])
            let selector = String(reference[reference.index(after: slash)...])
            if let number = Int(selector) {
                self = .version(name: name, number: number)
            } else if let stage = ModelStage.allCases.first(where: {
                $0.rawValue.lowercased() == selector.lowercased()
            }) {
                self = .stage(name: name, stage: stage)
            } else {
                throw Self.unreadable(text)
            }
        } else {
            throw Self.unreadable(text)
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
        }
    }

    private static func unreadable(_ text: String) -> WorkspaceError {
        WorkspaceError(
            .invalid,
            "\(text) does not name a registered version.",
            hint: "Write models:/NAME@ALIAS, models:/NAME/NUMBER or models:/NAME/Production."
        )
    }
}

/// A target as an entry of a list to choose from.
public struct ChatChoice: Equatable, Sendable, Codable, Identifiable {
    /// Whom one would talk to.
    public var target: ChatTarget
    /// Its name, such as `faq v3 @production` or `faq-ko-r16`.
    public var title: String
    /// What stands behind it, such as the base model.
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

/// Whether chat can answer.
public struct ChatState: Equatable, Sendable, Codable {
    /// What the chat thread has loaded.
    public enum Phase: String, Sendable, Codable {
        /// The base model or adapter is being loaded.
        case loading
        /// An answer can begin at once.
        case ready
        /// It cannot be loaded; `failure` says why.
        case failed
    }

    /// Whom one talks to.
    public var choice: ChatChoice
    /// What the chat thread has loaded.
    public var phase: Phase
    /// Why it cannot be loaded.
    public var failure: WorkspaceError?

    /// Creates a state.
    public init(choice: ChatChoice, phase: Phase, failure: WorkspaceError? = nil) {
        self.choice = choice
        self.phase = phase
        self.failure = failure
    }
}
