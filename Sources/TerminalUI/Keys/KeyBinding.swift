/// One thing a user can do: its keys, its texts and its action.
///
/// A binding is data: the same value serves key presses, the palette and the `:` line, and is shown
/// in the footer, the help and the key reference.
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
    /// The name of its argument in the `:` line, or nil if it takes none.
    public let argument: String?
    /// Why it is disabled now, or nil if it is not.
    public let disabledReason: @Sendable (State) -> String?
    /// Its action; the argument is the trimmed text after its name in the `:` line, or nil.
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

    /// The binding for a state that contains this one's state.
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
