/// The result of checking the database.
public struct DatabaseCheck: Sendable, Equatable, Codable {
    /// What SQLite's `integrity_check` reports; empty for a sound file.
    public var damages: [String]
    /// Rows that refer to missing rows, in words.
    public var brokenReferences: [String]

    /// Creates a result from its parts.
    public init(damages: [String] = [], brokenReferences: [String] = []) {
        self.damages = damages
        self.brokenReferences = brokenReferences
    }
}

/// How many rows of each kind there are.
public struct DatabaseCounts: Sendable, Equatable, Codable {
    /// The file's schema, `workbench-N`.
    public var schema: String
    /// Experiments in use.
    public var experiments: Int
    /// Runs in use.
    public var runs: Int
    /// Logged models in use.
    public var loggedModels: Int
    /// Experiments, runs and logged models in the trash.
    public var trashed: Int
    /// Points of metrics of all runs.
    public var metricPoints: Int
    /// Unused bytes of the file, which new rows will take first.
    public var freeBytes: Int64
}
