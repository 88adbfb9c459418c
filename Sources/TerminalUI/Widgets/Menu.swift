import Platform

/// An entry of a ``Menu``.
public struct MenuItem: Hashable, Sendable {
    /// The name of the entry.
    public let id: String
    /// Its title.
    public let title: String
    /// The text at the right: its keys, a value.
    public let detail: String
    /// Why it cannot be chosen, or nil; it is shown in any case.
    public let disabledReason: String?
    /// What is wrong with it, or nil; it can be chosen nevertheless.
    public let problem: String?

    /// An entry.
    public init(
        id: String,
        title: String,
        detail: String = "",
        disabledReason: String? = nil,
        problem: String? = nil
    ) {
        self.id = id
        self.title = title
        self.detail = detail
        self.disabledReason = disabledReason
        self.problem = problem
    }
}

/// The query and the selection of a menu.
public struct MenuState: Hashable, Sendable {
    /// The text that filters the entries.
    public var query = TextFieldState()
    /// The selected entry.
    public var selection = ListState<String>()

    /// The state of a new menu, optionally with an entry selected.
    public init(selected: String? = nil) { selection = ListState(selected) }
}

/// A list on top of the screen that typing filters, such as the palette.
public struct Menu: Sendable {
    /// The result of a key.
    public enum Outcome: Hashable, Sendable {
        /// The entry with this id was chosen.
        case chosen(String)
        /// The chosen entry is disabled, for this reason.
        case refused(reason: String)
        /// The menu was cancelled.
        case cancelled
    }

    /// Its title.
    public let title: String
    /// The entries.
    public let items: [MenuItem]

    /// A menu of entries.
    public init(title: String, items: [MenuItem]) {
        self.title = title
        self.items = items
    }

    /// The entries that match the query, the best first.
    public func matches(_ state: MenuState) -> [MenuItem] {
        guard !state.query.text.isEmpty else { return items }
        let scored = items.enumerated().compactMap { index, item in
            FuzzyMatch.score(state.query.text, in: "\(item.title) \(item.id)").map {
                (score: $0, index: index, item: item)
            }
        }
        return scored.sorted { ($1.score, $0.index) < ($0.score, $1.index) }.map(\.item)
    }

    /// Applies a key: arrows, enter, esc, and typing.
    public func handle(_ key: Key, _ state: inout MenuState) -> Outcome? {
        let matches = matches(state)
        let ids = matches.map(\.id)
        switch key {
        case .escape:
            return .cancelled
        case .enter:
            guard let position = state.selection.position(in: ids) else { return nil }
            if let reason = matches[position].disabledReason { return .refused(reason: reason) }
            return .chosen(ids[position])
        case .up, "ctrl+p": state.selection.move(by: -1, in: ids)
        case .down, "ctrl+n": state.selection.move(by: 1, in: ids)
        case .pageUp: state.selection.move(by: -10, in: ids)
        case .pageDown: state.selection.move(by: 10, in: ids)
        default:
            if state.query.handle(key) { state.selection = ListState() }
        }
        return nil
    }

    /// Adds pasted text to the query.
    public func paste(_ text: String, _ state: inout MenuState) {
        state.query.insert(text)
        state.selection = ListState()
    }

    /// Chooses an entry by its position in the list, as a click does.
    public func choose(row: Int, _ state: MenuState) -> Outcome? {
        let matches = matches(state)
        guard matches.indices.contains(row) else { return nil }
        return matches[row].disabledReason.map { .refused(reason: $0) } ?? .chosen(matches[row].id)
    }

    /// The prefix of the click targets of entries; the position in the list follows.
    public static let hitPrefix = "menu:"

    /// Draws over the middle of a rectangle.
    public func draw(_ state: MenuState, in rect: Rect, on canvas: inout Canvas) {
        let matches = matches(state)
        let wanted = items.map { item in
            // A mark and two blanks.
            let problem = item.problem.map { DisplayWidth.of($0) + 4 } ?? 0
            return DisplayWidth.of(item.title) + problem + DisplayWidth.of(item.detail) + 8
        }
        let area = rect.centered(
            Size(width: max(40, wanted.max() ?? 0), height: min(items.count, 16) + 4)
        )
        guard !area.isEmpty else { return }
        canvas.hideCursor()
        canvas.fill(area)
        let selected = state.selection.position(in: matches.map(\.id))
        let glyphs = canvas.glyphs
        let list = ListView(rows: Array(matches.indices), hitPrefix: Self.hitPrefix) { index in
            line(matches[index], width: area.width - 4, glyphs)
        }
        let selection = ListState<Int>(selected)
        let inner = canvas.box(
            area,
            title: StyledText(title, .strong),
            trailing: StyledText(list.footer(selection), .muted),
            isFocused: true
        )
        guard inner.height > 0 else { return }
        let parts = inner.rows([.fixed(1), .fixed(inner.height > 3 ? 1 : 0), .ratio(1)])
        let prompt = parts[0]
        canvas.write("> ", x: prompt.x, y: prompt.y, width: prompt.width, style: .accent)
        TextField(state.query, placeholder: "type to narrow down").draw(
            in: Rect(x: prompt.x + 2, y: prompt.y, width: prompt.width - 2, height: 1),
            on: &canvas
        )
        if parts[1].height > 0 {
            canvas.horizontalLine(x: area.x, y: parts[1].y, width: area.width)
        }
        if matches.isEmpty {
            canvas.write(StyledText("  no match; backspace widens", .muted), in: parts[2])
        }
        list.draw(in: parts[2], selection: selection, on: &canvas)
    }

    private func line(_ item: MenuItem, width: Int, _ glyphs: GlyphSet) -> StyledText {
        var text = StyledText(item.title, item.disabledReason == nil ? .text : .muted)
        if let reason = item.disabledReason { text.append(" \(glyphs.dot) \(reason)", .muted) }
        if let problem = item.problem {
            text.append("  \(glyphs.failed) ", .error)
            text.append(problem, .muted)
        }
        let slack = width - text.width - DisplayWidth.of(item.detail)
        if slack > 0 { text.append(String(repeating: " ", count: slack)) }
        if slack >= 0 { text.append(item.detail, .muted) }
        return text
    }
}
