/// A message of one line: what was done, or why not.
public struct MessageLine: Hashable, Sendable {
    /// The message.
    public let text: String
    /// Its role: `.success`, `.warning`, `.error` or `.text`.
    public let role: Role

    /// A message.
    public init(_ text: String, role: Role = .text) {
        self.text = text
        self.role = role
    }

    /// Draws into the first row of a rectangle, after a mark that shows its role without colour.
    public func draw(in rect: Rect, on canvas: inout Canvas) {
        let glyphs = canvas.glyphs
        let mark =
            switch role {
            case .success: glyphs.done
            case .warning: "!"
            case .error: glyphs.failed
            default: glyphs.dot
            }
        canvas.write(StyledText("\(mark) \(text)", Style(role)), in: rect.row(0))
    }
}
