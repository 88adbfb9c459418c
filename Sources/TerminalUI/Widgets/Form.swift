import Platform

/// Draws a form: one line per field, and below them the hint or problem of the focused one.
public struct Form: Sendable {
    /// The fields and answers.
    public let state: FormState
    /// Whether it takes the keys now.
    public let isFocused: Bool

    /// A form to draw.
    public init(_ state: FormState, isFocused: Bool = true) {
        self.state = state
        self.isFocused = isFocused
    }

    /// The prefix of the click targets of fields; the id follows.
    public static let hitPrefix = "form:"

    /// The rows that show every field and the line below.
    public var height: Int { state.visible.count + 2 }

    /// Draws as many fields around the focused one as fit.
    public func draw(in rect: Rect, on canvas: inout Canvas) {
        guard !rect.isEmpty else { return }
        let hasHint = rect.height > 2
        let rows = hasHint ? rect.height - 2 : rect.height
        let problems = state.problems
        let visible = state.visible
        let focus = visible.lastIndex { $0 <= state.focus } ?? 0
        let first = max(0, min(focus - rows / 2, visible.count - rows))
        let labels =
            state.fields.indices.map { position in
                DisplayWidth.of(state.fields[position].label) + indent(position)
            }.max() ?? 0
        let labelWidth = min(labels, rect.width / 2) + 4
        for (row, position) in visible.dropFirst(first).prefix(rows).enumerated() {
            let field = state.fields[position]
            if case .section = field.kind {
                draw(section: position, problems: problems, in: rect.row(row), on: &canvas)
                continue
            }
            draw(
                field,
                problem: problems[field.id],
                indent: indent(position),
                labelWidth: labelWidth,
                in: rect.row(row),
                on: &canvas
            )
        }
        guard hasHint, let field = state.focused else { return }
        let below = visible.count - first - rows
        if below > 0 {
            let text = StyledText("  \(canvas.glyphs.descending) \(below) more", .muted)
            canvas.write(text, in: rect.row(rect.height - 2))
        }
        let text =
            problems[field.id].map { StyledText("\(field.label): \($0)", .error) }
            ?? StyledText(field.hint, .muted)
        canvas.write(text, in: rect.row(rect.height - 1))
    }

    /// The indentation of a field below a heading.
    private func indent(_ position: Int) -> Int { state.section(of: position) == nil ? 0 : 2 }

    /// A heading, with the non-default answers below it while those are hidden.
    private func draw(
        section: Int,
        problems: [String: String],
        in line: Rect,
        on canvas: inout Canvas
    ) {
        let field = state.fields[section]
        let isOpen = state.isOn(field.id)
        let hasFocus = isFocused && section == state.focus
        let hasProblem =
            !isOpen && state.fields(of: section).contains { problems[$0.id] != nil }
        let mark = hasFocus ? canvas.glyphs.pointer : hasProblem ? "!" : " "
        let arrow = isOpen ? canvas.glyphs.opened : canvas.glyphs.closed
        var text = StyledText(mark, hasProblem ? .error : .accent)
        text.append(" \(arrow) ", .muted)
        text.append(field.label, hasFocus ? .strong : .text)
        let nonDefaults = isOpen ? [] : state.nonDefaults(in: section)
        if !nonDefaults.isEmpty {
            text.append("  " + nonDefaults.joined(separator: " \(canvas.glyphs.dot) "), .muted)
        }
        canvas.write(text, in: line)
        canvas.hit(line, Self.hitPrefix + field.id)
    }

    private func draw(
        _ field: FormField,
        problem: String?,
        indent: Int,
        labelWidth: Int,
        in line: Rect,
        on canvas: inout Canvas
    ) {
        let hasFocus = isFocused && field.id == state.focused?.id
        let mark = hasFocus ? canvas.glyphs.pointer : problem == nil ? " " : "!"
        canvas.write(
            mark,
            x: line.x,
            y: line.y,
            width: line.width,
            style: problem == nil ? .accent : .error
        )
        let parts = line.columns([.fixed(2), .fixed(labelWidth - 2), .ratio(1)])
        let label = String(repeating: " ", count: indent) + field.label
        canvas.write(StyledText(label, hasFocus ? .strong : .muted), in: parts[1])
        let surface: Role = hasFocus ? .selection : .background
        let style = Style(problem == nil ? .text : .error, on: surface)
        let answer = state.value(field.id)
        switch field.kind {
        case .text(let placeholder):
            TextField(
                state.answer(field.id),
                placeholder: placeholder,
                isFocused: hasFocus,
                style: style
            ).draw(in: parts[2], on: &canvas)
        case .secret(let placeholder):
            TextField(
                state.answer(field.id).masked,
                placeholder: placeholder,
                isFocused: hasFocus,
                style: style
            ).draw(in: parts[2], on: &canvas)
        case .number(_, _, _, let isOptional):
            TextField(
                state.answer(field.id),
                placeholder: isOptional ? field.emptyText : "",
                isFocused: hasFocus,
                style: style
            ).draw(in: parts[2], on: &canvas)
        case .choice:
            let text = hasFocus ? "< \(answer) >" : answer
            canvas.write(StyledText(text, style), in: parts[2])
        case .toggle:
            canvas.write(
                StyledText(state.isOn(field.id) ? "[x] on" : "[ ] off", style),
                in: parts[2]
            )
        case .section: break
        }
        canvas.hit(line, Self.hitPrefix + field.id)
    }
}
