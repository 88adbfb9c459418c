import Platform

/// A bar that fills from the left.
public struct Gauge: Hashable, Sendable {
    /// How full, 0…1; nil when that is not known.
    public let fraction: Double?
    /// What stands after the bar, such as `41 %`.
    public let label: String
    /// How the full part looks.
    public let role: Role

    /// A bar; a fraction outside 0…1 is taken as the nearer end, NaN as unknown.
    public init(_ fraction: Double?, label: String = "", role: Role = .accent) {
        self.fraction = fraction.flatMap { $0.isNaN ? nil : min(1, max(0, $0)) }
        self.label = label
        self.role = role
    }

    /// Draws into the first row of a rectangle.
    public func draw(in rect: Rect, on canvas: inout Canvas) {
        let line = rect.row(0)
        guard !line.isEmpty else { return }
        let labelWidth = label.isEmpty ? 0 : min(line.width, DisplayWidth.of(label) + 1)
        let bar = max(0, line.width - labelWidth)
        let levels = canvas.glyphs == .ascii ? ["#"] : ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"]
        let eighths = Int(((fraction ?? 0) * Double(bar * levels.count)).rounded(.down))
        for column in 0..<bar {
            let filled = min(levels.count, eighths - column * levels.count)
            if filled > 0 {
                canvas.write(
                    levels[filled - 1],
                    x: line.x + column,
                    y: line.y,
                    style: Style(role)
                )
            } else {
                canvas.write(canvas.glyphs.dot, x: line.x + column, y: line.y, style: .muted)
            }
        }
        if labelWidth > 1 {
            canvas.write(label, x: line.x + bar + 1, y: line.y, width: labelWidth - 1)
        }
    }
}
