import Platform

/// A line of text with styled parts.
public struct StyledText: Hashable, Sendable, ExpressibleByStringInterpolation {
    /// A part in one style.
    public struct Run: Hashable, Sendable {
        /// The text; it is made harmless when drawn.
        public var text: String
        /// How it looks.
        public var style: Style

        /// Text in one style.
        public init(_ text: String, _ style: Style) {
            self.text = text
            self.style = style
        }
    }

    /// The parts from left to right.
    public var runs: [Run]

    /// No text.
    public init() { runs = [] }

    /// Text from its parts.
    public init(runs: [Run]) { self.runs = runs }

    /// Text in one style.
    public init(_ text: String, _ style: Style = .text) {
        runs = text.isEmpty ? [] : [Run(text, style)]
    }

    /// Plain text.
    public init(stringLiteral value: String) { self.init(value) }

    /// Whether there is nothing to draw.
    public var isEmpty: Bool { runs.allSatisfy(\.text.isEmpty) }
    /// The columns it takes.
    public var width: Int { runs.reduce(0) { $0 + DisplayWidth.of($1.text) } }
    /// The text without styles.
    public var plain: String { runs.reduce(into: "") { $0 += $1.text } }

    /// Concatenates two texts.
    public static func + (left: StyledText, right: StyledText) -> StyledText {
        StyledText(runs: left.runs + right.runs)
    }

    /// Adds a text at the end.
    public static func += (left: inout StyledText, right: StyledText) {
        left.runs += right.runs
    }

    /// Adds text in a style at the end.
    public mutating func append(_ text: String, _ style: Style = .text) {
        guard !text.isEmpty else { return }
        if let last = runs.indices.last, runs[last].style == style {
            runs[last].text += text
        } else {
            runs.append(Run(text, style))
        }
    }

    /// The same text, cut to a number of columns with an ellipsis if it is longer.
    public func truncated(to width: Int, ellipsis: String = "…") -> StyledText {
        guard self.width > width else { return self }
        let room = width - DisplayWidth.of(ellipsis)
        guard room >= 0 else { return StyledText() }
        var kept = StyledText()
        var used = 0
        for run in runs {
            let part = DisplayWidth.prefix(of: run.text, width: room - used)
            kept.append(part.text, run.style)
            used += part.width
            if !part.isWhole {
                kept.append(ellipsis, run.style)
                return kept
            }
        }
        return kept
    }
}
