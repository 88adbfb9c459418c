/// Lines without a step, which get that of the progress bar when it is painted next.
///
/// A bar leaves out repaints, but tqdm clears it before each line that is printed through it and paints
/// it again behind the line: such a repaint has the step of the oldest line that waits. A repaint
/// without a clear may be older than the line, as the two come through different pipes; in a program
/// that prints past its bar, it is the only one.
struct HeldLines {
    /// A line, and the step of the first repaint without a clear that followed it.
    typealias Line = (fields: LineFields, step: Int?)

    /// The most lines that wait, and for how many repaints without a clear.
    private static let maxCount = 16
    private static let maxRepaints = 8

    private var lines: [Line] = []
    /// Whether the bar is cleared now, and whether it ever was.
    private var isCleared = false
    private var hasClears = false
    /// The repaints without a clear since a line waits.
    private var repaints = 0

    mutating func append(_ fields: LineFields) { lines.append((fields, nil)) }

    /// Notes that a line of the terminal was cleared.
    mutating func noteClear() {
        isCleared = true
        hasClears = true
    }

    /// The lines that do not wait any longer when the bar is painted at a step.
    mutating func removeAtRepaint(_ step: Int) -> [Line] {
        defer { isCleared = false }
        guard !lines.isEmpty else { return [] }
        if isCleared {
            repaints = 0
            return [(lines.removeFirst().fields, step)]
        }
        for place in lines.indices where lines[place].step == nil { lines[place].step = step }
        repaints += 1
        return hasClears && repaints < Self.maxRepaints ? [] : removeAll()
    }

    /// The lines that do not wait any longer when another one comes.
    mutating func removeLate() -> [Line] {
        !hasClears || lines.count >= Self.maxCount ? removeAll() : []
    }

    mutating func removeAll() -> [Line] {
        repaints = 0
        defer { lines = [] }
        return lines
    }
}
