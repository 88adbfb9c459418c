/// The fields of a form, their answers, and the focus.
///
/// An answer that is filled in, or that gets the focus, is selected: typing replaces it.
public struct FormState: Hashable, Sendable {
    /// The fields, from top to bottom.
    public let fields: [FormField]
    /// The position of the field with the focus.
    public private(set) var focus = 0 {
        didSet { if let field = focused { answers[field.id]?.selectAll() } }
    }
    private var answers: [String: TextFieldState]
    private let defaults: [String: String]
    private var external: [String: String] = [:]

    /// A form with its first answers; a missing one is empty, the first option, or `false`.
    ///
    /// - Parameter defaults: The answers that the heading of a closed section does not show.
    public init(
        _ fields: [FormField],
        values: [String: String] = [:],
        defaults: [String: String] = [:]
    ) {
        self.fields = fields
        self.defaults = defaults
        answers = Dictionary(
            fields.map { field in
                let fallback =
                    switch field.kind {
                    case .text, .secret, .number: ""
                    case .choice(let options): options.first ?? ""
                    case .toggle, .section: "false"
                    }
                return (field.id, TextFieldState(values[field.id] ?? fallback, isSelected: true))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The field with the focus.
    public var focused: FormField? { fields.indices.contains(focus) ? fields[focus] : nil }

    /// The answers by the fields' ids.
    public var values: [String: String] { answers.mapValues(\.text) }

    /// The answer of a field.
    public func value(_ id: String) -> String { answers[id]?.text ?? "" }

    /// Sets the answer of a field.
    public mutating func set(_ id: String, _ value: String) {
        answers[id] = answers[id].map { _ in TextFieldState(value, isSelected: true) }
        external[id] = nil
    }

    /// Moves the focus to a field, and opens its section.
    public mutating func focus(_ id: String) {
        guard let position = fields.firstIndex(where: { $0.id == id }) else { return }
        focus = position
        if let section = section(of: position) { set(fields[section].id, "true") }
    }

    /// Opens a section, or closes it.
    public mutating func toggle(_ id: String) { set(id, isOn(id) ? "false" : "true") }

    /// Whether a toggle is on, or a section open.
    public func isOn(_ id: String) -> Bool { value(id) == "true" }

    /// The positions of the fields that are not in a closed section.
    public var visible: [Int] {
        var isOpen = true
        return fields.indices.filter { position in
            guard case .section = fields[position].kind else { return isOpen }
            isOpen = isOn(fields[position].id)
            return true
        }
    }

    /// The fields of a section.
    func fields(of section: Int) -> ArraySlice<FormField> {
        fields.dropFirst(section + 1).prefix { $0.kind != .section }
    }

    /// The answers of a section that differ from the defaults, as text.
    func nonDefaults(in section: Int) -> [String] {
        fields(of: section).compactMap { field in
            let answer = value(field.id)
            guard answer != defaults[field.id] ?? "", !answer.isEmpty else { return nil }
            switch field.kind {
            case .toggle: return isOn(field.id) ? field.label : "no \(field.label)"
            case .secret: return field.label
            default: return "\(field.label) \(answer)"
            }
        }
    }

    func section(of position: Int) -> Int? {
        guard fields[position].kind != .section else { return nil }
        return fields[..<position].lastIndex { $0.kind == .section }
    }

    /// Marks an answer as invalid for a reason outside the form; changing the answer clears it.
    public mutating func setProblem(_ id: String, _ problem: String?) { external[id] = problem }

    /// The problems, by the fields' ids.
    public var problems: [String: String] {
        var problems = external
        for field in fields {
            if let problem = field.problem(with: value(field.id)) { problems[field.id] = problem }
        }
        return problems
    }

    /// The first field with a problem: its id, label and problem.
    public var firstProblem: (id: String, label: String, problem: String)? {
        let problems = problems
        for field in fields {
            if let problem = problems[field.id] { return (field.id, field.label, problem) }
        }
        return nil
    }

    /// Whether there is no problem.
    public var isValid: Bool { problems.isEmpty }

    /// Applies a key; false if it is not for the form.
    ///
    /// Tab, arrows and page keys move; left, right and space change a choice, toggle or section; other
    /// keys edit text.
    public mutating func handle(_ key: Key) -> Bool {
        switch key {
        case .tab, .down: move(by: 1)
        case .backTab, .up: move(by: -1)
        case .pageDown: moveToSection(after: true)
        case .pageUp: moveToSection(after: false)
        default: return edit(key)
        }
        return true
    }

    /// Adds pasted text to the field with the focus, newlines as spaces.
    public mutating func paste(_ text: String) {
        guard let field = focused, field.isTyped else { return }
        answers[field.id]?.insert(String(text.map { $0.isNewline ? " " : $0 }))
        external[field.id] = nil
    }

    func answer(_ id: String) -> TextFieldState { answers[id] ?? TextFieldState() }

    private mutating func move(by step: Int) {
        let visible = visible
        guard !visible.isEmpty else { return }
        let now = visible.lastIndex { $0 <= focus } ?? 0
        focus = visible[(now + step + visible.count) % visible.count]
    }

    /// Moves to the next section's heading, or the one before; past them to the ends.
    private mutating func moveToSection(after: Bool) {
        let headings = visible.filter { fields[$0].kind == .section }
        focus =
            after
            ? headings.first { $0 > focus } ?? visible.last ?? focus
            : headings.last { $0 < focus } ?? 0
    }

    private mutating func edit(_ key: Key) -> Bool {
        guard let field = focused else { return false }
        let isHandled: Bool
        switch field.kind {
        case .text, .secret, .number:
            isHandled = answers[field.id]?.handle(key) ?? false
        case .choice(let options):
            isHandled = [.left, .right, "space"].contains(key)
            if isHandled, !options.isEmpty {
                let now = options.firstIndex(of: value(field.id)) ?? 0
                let next = now + (key == .left ? options.count - 1 : 1)
                set(field.id, options[next % options.count])
            }
        case .toggle:
            isHandled = [.left, .right, "space"].contains(key)
            if isHandled { toggle(field.id) }
        case .section:
            isHandled = [.left, .right, "space"].contains(key)
            if isHandled {
                let opens = key == .right || (key == "space" && !isOn(field.id))
                set(field.id, opens ? "true" : "false")
            }
        }
        if isHandled { external[field.id] = nil }
        return isHandled
    }
}

extension FormField {
    var isTyped: Bool {
        switch kind {
        case .text, .secret, .number: true
        case .choice, .toggle, .section: false
        }
    }
}
