/// A field of a form.
public struct FormField: Hashable, Sendable {
    /// The kinds of answers; answers are kept as text.
    public enum Kind: Hashable, Sendable {
        /// Any text.
        case text(placeholder: String = "")
        /// Any text, which is not shown.
        case secret(placeholder: String = "")
        /// A number within limits, in any notation Swift reads; whole if `isInteger`.
        ///
        /// An empty answer is allowed if `isOptional`.
        case number(
            minimum: Double = -.infinity,
            maximum: Double = .infinity,
            isInteger: Bool = false,
            isOptional: Bool = false
        )
        /// One of these.
        case choice([String])
        /// `true` or `false`.
        case toggle
        /// The heading of the fields up to the next section: `true` shows them.
        case section
    }

    /// The name of the answer.
    public let id: String
    /// The label before the answer.
    public let label: String
    /// The kind of answer.
    public let kind: Kind
    /// The hint shown while it has the focus.
    public let hint: String
    /// The text shown for an optional number that is empty.
    public let emptyText: String

    /// A field.
    public init(
        _ id: String,
        _ label: String,
        _ kind: Kind,
        hint: String = "",
        emptyText: String = "automatic"
    ) {
        self.id = id
        self.label = label
        self.kind = kind
        self.hint = hint
        self.emptyText = emptyText
    }

    /// What is wrong with an answer, or nil.
    public func problem(with value: String) -> String? {
        switch kind {
        case .text, .secret, .toggle, .section:
            return nil
        case .choice(let options):
            return options.contains(value)
                ? nil : "choose one of \(options.joined(separator: ", "))"
        case .number(let minimum, let maximum, let isInteger, let isOptional):
            if value.isEmpty, isOptional { return nil }
            guard let number = Double(value), number.isFinite else { return "write a number" }
            if isInteger, Int(value) == nil, UInt64(value) == nil { return "write a whole number" }
            if number < minimum { return "at least \(Self.plain(minimum))" }
            if number > maximum { return "at most \(Self.plain(maximum))" }
            return nil
        }
    }

    private static func plain(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }
}
