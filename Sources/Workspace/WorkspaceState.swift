/// The contents of a workspace and their sizes.
public struct WorkspaceOverview: Equatable, Sendable, Codable {
    /// A part of the folder.
    public struct Part: Equatable, Sendable, Codable {
        /// Its name, such as `artifacts`.
        public var name: String
        /// Its size in bytes.
        public var byteCount: Int64

        /// Creates a part.
        public init(name: String, byteCount: Int64) {
            self.name = name
            self.byteCount = byteCount
        }
    }

    /// A count of one kind of item.
    public struct Count: Equatable, Sendable, Codable {
        /// The kind, such as `runs`.
        public var name: String
        /// The number.
        public var count: Int
    }

    /// The folder.
    public var folder: String
    /// Why the workspace cannot be changed; nil if it can.
    public var readOnlyReason: String?
    /// The database's schema version, in words.
    public var schema: String
    /// The number of items in use of each kind, and of all in the trash.
    public var counts: [Count]
    /// The sizes of the parts of the folder.
    public var parts: [Part]
}

/// The faults found in a workspace.
public struct WorkspaceCheck: Equatable, Sendable, Codable {
    /// A missing file or folder.
    public struct Missing: Equatable, Sendable, Codable {
        /// Its owner, such as `version 3 of faq`.
        public var holder: String
        /// Its expected path.
        public var path: String
    }

    /// A registered version whose files are not those that were registered.
    public struct Changed: Equatable, Sendable, Codable {
        /// The version, such as `version 3 of faq`.
        public var holder: String
        /// The path of its files.
        public var path: String
        /// The differences, a few words for each file.
        public var differences: [String]
    }

    /// Files that belong to nothing.
    public struct Orphan: Equatable, Sendable, Codable {
        /// Their path, relative to the workspace.
        public var path: String
        /// The number of files.
        public var fileCount: Int
        /// Their bytes.
        public var byteCount: Int64
        /// Whether `gc` removes them once they are old enough; otherwise they must be removed by
        /// hand.
        public var isCollected: Bool
    }

    /// Files that an earlier version wrote to one folder, each run overwriting the one before.
    public struct Stranded: Equatable, Sendable, Codable {
        /// Their folder.
        public var path: String
        /// The number of files.
        public var fileCount: Int
        /// Their bytes.
        public var byteCount: Int64
        /// The run that produced the result in the folder; nil if not known.
        public var run: String?
        /// That run's name.
        public var runName: String?
        /// What to do, in a sentence.
        public var remedy: String
    }

    /// The errors that SQLite reports for the database file.
    public var damages: [String]
    /// Rows that refer to missing rows.
    public var brokenReferences: [String]
    /// Missing files of runs, models and versions.
    public var missing: [Missing]
    /// Versions whose files differ from those registered.
    public var changed: [Changed]
    /// Files that belong to nothing.
    public var orphans: [Orphan]
    /// Files in the wrong folder; nil if there are none.
    public var stranded: Stranded?

    /// Whether nothing is damaged or lost; orphans are harmless.
    public var isSound: Bool {
        damages.isEmpty && brokenReferences.isEmpty && missing.isEmpty && changed.isEmpty
    }
}
