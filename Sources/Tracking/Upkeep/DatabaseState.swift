/// What is found when the database is checked.
public struct DatabaseCheck: Sendable, Equatable, Codable {
    /// What SQLite's `integrity_check` complains of; empty for a sound file.
    public var damages: [String]
    /// Rows that refer to rows that are not there, in words.
    public var brokenReferences: [String]

    /// Makes a result of its parts.
    public init(damages: [String] = [], brokenReferences: [String] = []) {
        self.damages = damages
        self.brokenReferences = brokenReferences
    }
}

/// How much there is of everything.
public struct DatabaseCounts: Sendable, Equatable, Codable {
    /// What the file says of its schema, `workbench-N`.
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
    /// Registered models.
    public var registeredModels: Int
    /// Versions of registered models.
    public var versions: Int
    /// Bytes of the file that hold nothing, and that new rows will take first.
    public var freeBytes: Int64
}
