/// A flow's file: in the workspace, shipped with the program, or one that ran.
public struct FlowFileSummary: Sendable, Equatable, Identifiable {
    /// The path identifies it.
    public var id: String { path }
    /// The name of the flow; the file's name if it cannot be read.
    public var name: String
    /// The absolute path.
    public var path: String
    /// Its faults; empty if it can run.
    public var faults: [String]
    /// Whether it ships with the program.
    public var isSample: Bool

    /// Creates a summary from its parts.
    public init(name: String, path: String, faults: [String] = [], isSample: Bool = false) {
        self.name = name
        self.path = path
        self.faults = faults
        self.isSample = isSample
    }
}

/// A page of a task's log.
public struct TaskLogPage: Sendable, Equatable {
    /// The lines: text of a foreign program, made harmless only where it is drawn.
    public var lines: [String]
    /// The byte to continue from.
    public var cursor: Int
    /// The number of bytes that were dropped before the first line, since a log is bounded.
    public var dropped: Int

    /// Creates a page.
    public init(lines: [String], cursor: Int, dropped: Int = 0) {
        self.lines = lines
        self.cursor = cursor
        self.dropped = dropped
    }
}
