/// One thing a user can do: its keys, its words and what it leads to.
///
/// A binding is data: the same value answers a key press, the palette and the `:` line, and writes
/// itself into the footer, the help and the key reference.
public struct KeyBinding<State, Action>: Sendable {
    /// Its name in the `:` line, unique in a table: `train`, `go-data`.
    public let id: String
    /// The keys, the first of which is shown.
    public let keys: [Key]
    /// What it does, as a short imperative: `Train a model`.
    public let title: String
    /// The word in the footer, or nil to leave it out there.
    public let hint: String?
    /// The heading under which help lists it.
    public let category: String
    /// The word for its argument in the `:` line, or nil when it takes none.
    public let argument: String?
    /// Why it cannot be done now, or nil when it can.
    public let disabledReason: @Sendable (State) -> String?
    /// What it leads to; the argument is what follows its name in the `:` line, trimmed, or nil.
    public let action: @Sendable (State, String?) -> Action

    /// A binding that may take an argument in the `:` line.
    public init(
        _ id: String,
        _ keys: [Key],
        _ title: String,
        category: String,
        hint: String? = nil,
        argument: String,
        disabledReason: @escaping @Sendable (State) -> String? = { _ in nil },
        action: @escaping @Sendable (State, String?) -> Action
    ) {
        self.id = id
        self.keys = keys
        self.title = title
        self.hint = hint
        self.category = category
        self.argument = argument
        self.disabledReason = disabledReason
        self.action = action
    }

    /// A binding without an argument.
    public init(
        _ id: String,
        _ keys: [Key],
        _ title: String,
        category: String,
        hint: String? = nil,
        disabledReason: @escaping @Sendable (State) -> String? = { _ in nil },
        action: @escaping @Sendable (State) -> Action
    ) {
        self.id = id
        self.keys = keys
        self.title = title
        self.hint = hint
        self.category = category
        argument = nil
        self.disabledReason = disabledReason
        self.action = { state, _ in action(state) }
    }

    /// The same binding for a state of which this one's state is a part.
    func reading<Whole>(
        _ part: @escaping @Sendable (Whole) -> State
    ) -> KeyBinding<Whole, Action> {
        let (disabledReason, action) = (disabledReason, action)
        return KeyBinding<Whole, Action>(
            id: id,
            keys: keys,
            title: title,
            hint: hint,
            category: category,
            argument: argument,
            disabledReason: { disabledReason(part($0)) },
            action: { action(part($0), $1) }
        )
    }

    private init(
        id: String,
        keys: [Key],
        title: String,
        hint: String?,
        category: String,
        argument: String?,
        disabledReason: @escaping @Sendable (State) -> String?,
        action: @escaping @Sendable (State, String?) -> Action
    ) {
        self.id = id
        self.keys = keys
        self.title = title
        self.hint = hint
        self.category = category
        self.argument = argument
        self.disabledReason = disabledReason
        self.action = action
    }
}
