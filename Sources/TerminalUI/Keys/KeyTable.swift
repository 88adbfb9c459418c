/// The bindings of one state of the program, the most specific first.
public struct KeyTable<State, Action>: Sendable {
    /// The result of a key press or a command line.
    public enum Resolution {
        /// The action to perform.
        case action(Action)
        /// The binding is disabled, for this reason.
        case disabled(title: String, reason: String)
        /// Nothing is bound to it.
        case unbound
    }

    /// A binding as a list shows it in some state.
    public struct Entry: Hashable, Sendable {
        /// The binding's id.
        public let id: String
        /// The keys, the first of which is shown first.
        public let keys: [Key]
        /// What it does.
        public let title: String
        /// The heading it belongs to.
        public let category: String
        /// The name of its argument, if it takes one.
        public let argument: String?
        /// Why it is disabled now, or nil.
        public let disabledReason: String?
    }

    /// A word in the footer.
    public struct Hint: Hashable, Sendable {
        /// The binding's id.
        public let id: String
        /// The key to press.
        public let key: Key
        /// What it does, in a word or two.
        public let label: String
        /// Whether it is enabled now.
        public let isEnabled: Bool
    }

    /// The bindings, the most specific first.
    public let bindings: [KeyBinding<State, Action>]

    /// A table; ids must be unique in it.
    public init(_ bindings: [KeyBinding<State, Action>]) {
        var ids: Set<String> = []
        for binding in bindings {
            precondition(ids.insert(binding.id).inserted, "two bindings are called \(binding.id)")
        }
        self.bindings = bindings
    }

    /// This table with another behind it, whose bindings apply where this one has none.
    public func over(_ general: KeyTable) -> KeyTable {
        let ids = Set(bindings.map(\.id))
        return KeyTable(bindings + general.bindings.filter { !ids.contains($0.id) })
    }

    /// The table for a state that contains this one's state.
    public func reading<Whole>(
        _ part: @escaping @Sendable (Whole) -> State
    ) -> KeyTable<Whole, Action> {
        KeyTable<Whole, Action>(bindings.map { $0.reading(part) })
    }

    /// The result of a key press.
    ///
    /// A jamo acts as its Latin key.
    public func resolve(_ key: Key, in state: State) -> Resolution {
        let candidates = key.latinKeys.count == 1 ? [key] + key.latinKeys : [key]
        for candidate in candidates {
            if let binding = bindings.first(where: { $0.keys.contains(candidate) }) {
                return resolve(binding, argument: nil, in: state)
            }
        }
        return .unbound
    }

    /// The result of a binding chosen by name, as in the palette.
    public func resolve(id: String, argument: String? = nil, in state: State) -> Resolution {
        guard let binding = bindings.first(where: { $0.id == id }) else { return .unbound }
        return resolve(binding, argument: argument, in: state)
    }

    /// The result of a line such as `theme dark`: a binding's id or an unambiguous start of one, then
    /// its argument.
    public func resolve(commandLine: String, in state: State) -> Resolution {
        let line = commandLine.drop { $0 == " " }
        let name = line.prefix { $0 != " " }
        let rest = line.dropFirst(name.count).drop { $0 == " " }
        let exact = bindings.first { $0.id == name }
        let started = bindings.filter { $0.id.hasPrefix(name) }
        guard !name.isEmpty, let binding = exact ?? (started.count == 1 ? started[0] : nil) else {
            return .unbound
        }
        let argument = String(rest.reversed().drop { $0 == " " }.reversed())
        return resolve(binding, argument: argument.isEmpty ? nil : argument, in: state)
    }

    /// The ids that complete the start of a command line.
    public func completions(of commandLine: String) -> [String] {
        bindings.map(\.id).filter { $0.hasPrefix(commandLine) }.sorted()
    }

    /// The hints of the footer, in the table's order.
    public func hints(in state: State) -> [Hint] {
        bindings.compactMap { binding in
            guard let label = binding.hint, let key = binding.keys.first else { return nil }
            return Hint(
                id: binding.id,
                key: key,
                label: label,
                isEnabled: binding.disabledReason(state) == nil
            )
        }
    }

    /// Every binding with its present state, in the table's order, as help and palette show it.
    public func entries(in state: State) -> [Entry] {
        bindings.map { binding in
            Entry(
                id: binding.id,
                keys: binding.keys,
                title: binding.title,
                category: binding.category,
                argument: binding.argument,
                disabledReason: binding.disabledReason(state)
            )
        }
    }

    private func resolve(
        _ binding: KeyBinding<State, Action>,
        argument: String?,
        in state: State
    ) -> Resolution {
        if let reason = binding.disabledReason(state) {
            return .disabled(title: binding.title, reason: reason)
        }
        return .action(binding.action(state, argument))
    }
}
