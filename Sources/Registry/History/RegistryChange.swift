public import FoundationEssentials

/// One entry in the history of the registry.
public struct RegistryChange: Sendable, Equatable, Identifiable {
    /// What was done.
    public enum Action: String, Sendable, CaseIterable {
        /// A model was created.
        case createModel = "create-model"
        /// A version was registered.
        case register
        /// A version moved to another stage.
        case stage
        /// An alias was set.
        case setAlias = "set-alias"
        /// An alias was removed.
        case deleteAlias = "delete-alias"
        /// A version was deployed.
        case promote
        /// The version deployed before was deployed again.
        case rollback
        /// A description was set.
        case describe
        /// A tag was set.
        case setTag = "set-tag"
        /// A tag was removed.
        case deleteTag = "delete-tag"
        /// A version was deleted.
        case deleteVersion = "delete-version"
        /// A model was deleted.
        case deleteModel = "delete-model"
        /// A model was renamed.
        case renameModel = "rename-model"
        /// The gate was set.
        case setGate = "set-gate"
        /// A person approved a version.
        case approve
        /// An earlier change was undone.
        case undo
        /// An undone change was redone.
        case redo
    }

    /// The state of a change.
    public enum State: String, Sendable {
        /// It applies.
        case applied
        /// It was undone, and its author may redo it.
        case undone
        /// It was undone and cannot be redone.
        case dropped
    }

    /// The entry's number; later ones are larger.
    public var id: Int
    /// When, in milliseconds since 1970.
    public var time: Int
    /// Who made it: `user@host`, or the name of a token.
    public var author: String
    /// The registered model.
    public var model: String
    /// What was done.
    public var action: Action
    /// The version that was changed, if one was.
    public var version: Int?
    /// Details: the stages, the alias, the tag, the gate.
    public var detail: String?
    /// The deployed version before, if one was.
    public var deployedBefore: Int?
    /// The deployed version after, if one was.
    public var deployedAfter: Int?
    /// Why.
    public var reason: String
    /// For an undo or redo, the entry that it undid or redid.
    public var undoes: Int?
    /// Its state; nil for an undo or redo.
    public var state: State?
    /// The number of the user who made it, or whose token was used; nil if unknown.
    public var account: Int?
    /// A remark on what a gate let pass.
    public var note: String?

    /// Creates an entry from its parts.
    public init(
        id: Int,
        time: Int,
        author: String,
        model: String,
        action: Action,
        version: Int? = nil,
        detail: String? = nil,
        deployedBefore: Int? = nil,
        deployedAfter: Int? = nil,
        reason: String,
        undoes: Int? = nil,
        state: State? = nil,
        account: Int? = nil,
        note: String? = nil
    ) {
        self.id = id
        self.time = time
        self.author = author
        self.model = model
        self.action = action
        self.version = version
        self.detail = detail
        self.deployedBefore = deployedBefore
        self.deployedAfter = deployedAfter
        self.reason = reason
        self.undoes = undoes
        self.state = state
        self.account = account
        self.note = note
    }

    /// Notes that the version that was deleted had been deployed.
    mutating func noteUndeployment() {
        guard action == .deleteVersion, let version, deployedBefore == version else { return }
        let now = deployedAfter.map { "version \($0) is" } ?? "no version is"
        note = "it was deployed; \(now) now"
    }

    /// The change in a few words, such as `promoted version 3 of faq-ko`.
    public var summary: String { note.map { "\(words) (\($0))" } ?? words }

    private var words: String {
        let name = version.map { "version \($0) of \(model)" } ?? model
        let more = detail ?? ""
        switch action {
        case .createModel: return "created \(name)"
        case .register: return "registered \(name)"
        case .stage: return "moved \(name) \(more)"
        case .setAlias: return "set alias \(more) to \(name)"
        case .deleteAlias: return "removed alias \(more) from \(name)"
        case .promote: return "promoted \(name)"
        case .rollback: return "rolled back to \(name)"
        case .describe: return "described \(name)"
        case .setTag: return "set tag \(more) of \(name)"
        case .deleteTag: return "removed tag \(more) of \(name)"
        case .deleteVersion: return "deleted \(name)"
        case .deleteModel: return "deleted \(name)"
        case .renameModel: return "renamed \(name) \(more)"
        case .setGate: return "set the gate of \(name): \(more)"
        case .approve: return "approved \(name)"
        case .undo: return "undid: \(more)"
        case .redo: return "redid: \(more)"
        }
    }
}

extension RegistryChange {
    /// When it was made.
    public var date: Date { Date(timeIntervalSince1970: Double(time) / 1000) }

    /// Whether it does not stand any more.
    public var isUndone: Bool { state == .undone || state == .dropped }
}

extension RegistryChange: Encodable {
    private enum CodingKeys: CodingKey {
        case id, date, user, name, summary, reason, isUndone
    }

    /// Writes what commands show of it.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(id, forKey: .id)
        try values.encode(date, forKey: .date)
        try values.encode(author, forKey: .user)
        try values.encode(model, forKey: .name)
        try values.encode(summary, forKey: .summary)
        try values.encode(reason, forKey: .reason)
        try values.encode(isUndone, forKey: .isUndone)
    }
}
