/// What a workspace holds and how much room it takes.
public struct WorkspaceOverview: Equatable, Sendable, Codable {
    /// A part of the folder.
    public struct Part: Equatable, Sendable, Codable {
        /// Its name, such as `artifacts`.
        public var name: String
        /// Its bytes.
        public var byteCount: Int64

        /// Creates a part.
        public init(name: String, byteCount: Int64) {
            self.name = name
            self.byteCount = byteCount
        }
    }

    /// How much there is of something.
    public struct Count: Equatable, Sendable, Codable {
        /// What, such as `runs`.
        public var name: String
        /// How many.
        public var count: Int
    }

    /// The folder.
    public var folder: String
    /// Why nothing can be changed; nil where everything can.
    public var readOnlyReason: String?
    /// What the database says of its schema.
    public var schema: String
    /// How much there is of everything in use, and of all that is in the trash.
    public var counts: [Count]
    /// What takes how much room.
    public var parts: [Part]
}

/// What is wrong in a workspace.
public struct WorkspaceCheck: Equatable, Sendable, Codable {
    /// Files that should be there.
    public struct Missing: Equatable, Sendable, Codable {
        /// What they belong to, such as `version 3 of faq`.
        public var holder: String
        /// Where they should be.
        public var path: String
    }

    /// A registered version whose files are not those that were registered.
    public struct Changed: Equatable, Sendable, Codable {
        /// Which version, such as `version 3 of faq`.
        public var holder: String
        /// Where its files lie.
        public var path: String
        /// What is different, a few words for each file.
        public var differences: [String]
    }

    /// Files that belong to nothing.
    public struct Orphan: Equatable, Sendable, Codable {
        /// Where they lie, from the workspace's folder on.
        public var path: String
        /// How many there are.
        public var fileCount: Int
        /// Their bytes.
        public var byteCount: Int64
        /// Whether `gc` will remove them once they are old enough; else a person has to.
        public var isCollected: Bool
    }

    /// Files of runs that an earlier version wrote to one folder, each over the one before.
    public struct Stranded: Equatable, Sendable, Codable {
        /// Their folder.
        public var path: String
        /// How many there are.
        public var fileCount: Int
        /// Their bytes.
        public var byteCount: Int64
        /// The run that the result among them belongs to; nil where that cannot be told.
        public var run: String?
        /// That run's name.
        public var runName: String?
        /// What can be done, in a sentence.
        public var remedy: String
    }

    /// What SQLite finds wrong with the database's file.
    public var damages: [String]
    /// Rows of the database that refer to rows that are not there.
    public var brokenReferences: [String]
    /// Files that runs, models and versions need and that are not there.
    public var missing: [Missing]
    /// Versions that do not serve what was registered.
    public var changed: [Changed]
    /// Files that take room for nothing.
    public var orphans: [Orphan]
    /// Files that lie in the wrong folder; nil where there are none.
    public var stranded: Stranded?

    /// Whether nothing is damaged or lost; orphans do no harm.
    public var isSound: Bool {
        damages.isEmpty && brokenReferences.isEmpty && missing.isEmpty && changed.isEmpty
    }
}
