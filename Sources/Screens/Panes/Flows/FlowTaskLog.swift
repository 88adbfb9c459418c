import Presentation
package import Workflows

/// The lines of a task's log that have been read.
package struct FlowTaskLog: Equatable, Sendable {
    /// The most lines that are kept; the oldest are dropped.
    package static let capacity = 50_000

    /// The flow run.
    package let run: String
    /// The task.
    package let task: String
    /// The lines, oldest first.
    package private(set) var lines: [String] = []
    /// The byte to continue from.
    package private(set) var cursor = 0
    /// Lines that were dropped here.
    package private(set) var droppedLines = 0

    package init(run: String, task: String) {
        self.run = run
        self.task = task
    }

    /// What is shown in place of bytes that are missing.
    private static func gap(_ bytes: Int) -> String {
        "[\(Figures.counted(bytes, "byte")) \(bytes == 1 ? "was" : "were") dropped here]"
    }

    /// Adds a page; true if there may be another one.
    package mutating func append(_ page: TaskLogPage) -> Bool {
        // A log is bounded: between its first and its last lines bytes may be missing.
        if page.dropped > 0 { lines.append(Self.gap(page.dropped)) }
        let isNew = page.cursor > cursor
        cursor = max(cursor, page.cursor)
        lines += page.lines
        // Dropped in large pieces, so that appending stays cheap.
        if lines.count > Self.capacity + Self.capacity / 4 {
            droppedLines += lines.count - Self.capacity
            lines.removeFirst(lines.count - Self.capacity)
        }
        return isNew && !page.lines.isEmpty
    }

    /// The next line with a text, from a line on and around the end; nil if there is none.
    package func line(with text: String, from start: Int, backwards: Bool) -> Int? {
        guard !text.isEmpty, !lines.isEmpty else { return nil }
        let wanted = text.lowercased()
        for step in 0..<lines.count {
            let shift = backwards ? -step : step
            let line = ((start + shift) % lines.count + lines.count) % lines.count
            if lines[line].lowercased().contains(wanted) { return line }
        }
        return nil
    }
}
