import Platform

/// A question on top of the screen, which names the thing and the consequence.
///
/// The button that changes nothing, usually Cancel, has the focus at first.
public struct Dialog: Hashable, Sendable {
    /// A way to answer.
    public struct Choice: Hashable, Sendable {
        /// The name of the choice.
        public let id: String
        /// Its title, such as `Delete run`.
        public let title: String
        /// Whether it is hard to undo.
        public let isDangerous: Bool

        /// A way to answer.
        public init(id: String, title: String, isDangerous: Bool = false) {
            self.id = id
            self.title = title
            self.isDangerous = isDangerous
        }
    }

    /// The result of a key.
    public enum Outcome: Hashable, Sendable {
        /// The choice with this id was made.
        case chosen(String)
        /// The dialog was cancelled.
        case cancelled
    }

    /// The focus and the typed text.
    public struct State: Hashable, Sendable {
        /// The focused button: 0 is Cancel.
        public var focus = 0
        /// The name typed to confirm.
        public var typed = TextFieldState()

        /// The state of a new dialog.
        public init() {}
    }

    /// Its title, such as `Delete run faq-ko-r16?`.
    public let title: String
    /// The consequence.
    public let message: [StyledText]
    /// The choices in addition to Cancel.
    public let choices: [Choice]
    /// The text that must be typed before a dangerous choice can be made, or nil.
    public let requiredText: String?
    /// The title of the first button, which changes nothing.
    public let refusal: String

    /// The usual title of the button that changes nothing.
    public static let cancel = "Cancel"

    /// A question; the button that changes nothing is always there and comes first.
    public init(
        title: String,
        message: [StyledText],
        choices: [Choice],
        requiredText: String? = nil,
        refusal: String = Dialog.cancel
    ) {
        self.title = title
        self.message = message
        self.choices = choices
        self.requiredText = requiredText
        self.refusal = refusal
    }

    /// The prefix of the click targets of buttons; the position follows, 0 for Cancel.
    public static let hitPrefix = "dialog:"

    /// Applies a key: tab and arrows move, enter chooses, esc cancels.
    public func handle(_ key: Key, _ state: inout State) -> Outcome? {
        let buttons = choices.count + 1
        switch key {
        case .escape: return .cancelled
        case .enter: return choose(state.focus, state)
        case .tab, .right, .down: state.focus = (state.focus + 1) % buttons
        case .backTab, .left, .up: state.focus = (state.focus + buttons - 1) % buttons
        default:
            if requiredText != nil {
                _ = state.typed.handle(key)
            } else if key == "h" || key == "l" {
                state.focus = (state.focus + (key == "l" ? 1 : buttons - 1)) % buttons
            }
        }
        return nil
    }

    /// Presses a button by its position, 0 for Cancel; nil while the required text is missing.
    public func choose(_ button: Int, _ state: State) -> Outcome? {
        guard button > 0, choices.indices.contains(button - 1) else { return .cancelled }
        let choice = choices[button - 1]
        return isBlocked(choice, state) ? nil : .chosen(choice.id)
    }

    private func isBlocked(_ choice: Choice, _ state: State) -> Bool {
        choice.isDangerous && requiredText != nil && requiredText != state.typed.text
    }

    /// Draws over the middle of a rectangle.
    public func draw(_ state: State, in rect: Rect, on canvas: inout Canvas) {
        let width = min(rect.width, max(44, wantedWidth))
        let lines = message.flatMap { $0.wrapped(to: width - 4) }
        let height = lines.count + (requiredText == nil ? 4 : 6)
        let area = rect.centered(Size(width: width, height: height))
        guard !area.isEmpty else { return }
        canvas.hideCursor()
        canvas.fill(area)
        let inner = canvas.box(area, title: StyledText(title, .strong), isFocused: true)
            .inset(horizontally: 1)
        // On the smallest screens only the buttons are shown.
        guard inner.height > 0 else {
            drawButtons(state, in: area.row(0), on: &canvas)
            return
        }
        let parts = inner.rows([
            .min(inner.height > 1 ? 1 : 0), .fixed(requiredText == nil ? 0 : 2), .fixed(1),
        ])
        for (row, line) in lines.enumerated() { canvas.write(line, in: parts[0], row: row) }
        if let requiredText {
            canvas.write("Type \(requiredText) to confirm:".styled(.muted), in: parts[1])
            TextField(state.typed).draw(in: parts[1].row(1), on: &canvas)
        }
        let hasRoom = parts[2].height > 0
        drawButtons(state, in: hasRoom ? parts[2] : inner.row(inner.height - 1), on: &canvas)
    }

    /// The columns that long lines of a message are wrapped to, on a screen of a width.
    public static func textWidth(on width: Int) -> Int { min(width - 4, widest) }

    /// The most columns of a message.
    private static let widest = 68

    /// The width at which nothing is cut; long messages are wrapped.
    private var wantedWidth: Int {
        // Each button has a mark on both sides and a blank after it.
        let buttons = choices.reduce(DisplayWidth.of(refusal) + 5) {
            $0 + DisplayWidth.of($1.title) + 5
        }
        let words = max(DisplayWidth.of(title) + 2, message.map(\.width).max() ?? 0)
        return max(buttons - 1, min(Self.widest, words)) + 4
    }

    private func drawButtons(_ state: State, in rect: Rect, on canvas: inout Canvas) {
        var x = rect.x
        let titles = [refusal] + choices.map(\.title)
        for (index, title) in titles.enumerated() where x < rect.maxX {
            let isFocused = index == state.focus
            var style = Style.text
            if index > 0 {
                let choice = choices[index - 1]
                style = isBlocked(choice, state) ? .muted : choice.isDangerous ? .error : .accent
            }
            if isFocused { style = style.on(.selection).with(.bold) }
            let marks = isFocused ? ("[ ", " ]") : ("  ", "  ")
            let label = marks.0 + title + marks.1
            let used = canvas.write(label, x: x, y: rect.y, width: rect.maxX - x, style: style)
            canvas.hit(Rect(x: x, y: rect.y, width: used, height: 1), "\(Self.hitPrefix)\(index)")
            x += used + 1
        }
    }
}

extension String {
    /// The text in a style.
    public func styled(_ style: Style) -> StyledText { StyledText(self, style) }
}
