/// The items that a garbage collection removed, or would remove.
public struct GarbageReport: Equatable, Sendable, Codable {
    /// A removed item.
    public struct Item: Equatable, Sendable, Codable {
        /// `run`, `experiment`, `model`, `result` of a flow's task, or `orphan` for files that belong to
        /// nothing.
        public var kind: String
        /// Its id; empty for an orphan.
        public var id: String
        /// Its name; empty for an orphan.
        public var name: String
        /// The removed folder, relative to the workspace; nil if there was none.
        public var path: String?
        /// The files in it.
        public var fileCount: Int
        /// Their bytes.
        public var byteCount: Int64

        /// Creates an item.
        public init(
            kind: String,
            id: String = "",
            name: String = "",
            path: String? = nil,
            fileCount: Int = 0,
            byteCount: Int64 = 0
        ) {
            self.kind = kind
            self.id = id
            self.name = name
            self.path = path
            self.fileCount = fileCount
            self.byteCount = byteCount
        }
    }

    /// An item in the trash that stays.
    public struct Kept: Equatable, Sendable, Codable {
        /// `run`, `experiment` or `model`.
        public var kind: String
        /// Its id.
        public var id: String
        /// Its name.
        public var name: String
        /// The reason.
        public var reason: String
    }

    /// Files that stay although nothing needs them.
    public struct Left: Equatable, Sendable, Codable {
        /// Their folder.
        public var path: String
        /// The reason.
        public var reason: String
    }

    /// Whether nothing was changed.
    public var isDryRun: Bool
    /// The removed items.
    public private(set) var removed: [Item]
    /// The number of removed items.
    public private(set) var count: Int
    /// The bytes of the removed files.
    public private(set) var byteCount: Int64
    /// The items that have been in the trash long enough but stay.
    public var kept: [Kept]
    /// Files that stay.
    public var left: [Left]

    /// Creates a report.
    public init(
        isDryRun: Bool,
        removed: [Item] = [],
        kept: [Kept] = [],
        left: [Left] = []
    ) {
        self.isDryRun = isDryRun
        self.removed = removed
        self.kept = kept
        self.left = left
        count = removed.count
        byteCount = removed.reduce(0) { $0 + $1.byteCount }
    }

    mutating func add(_ item: Item) {
        removed.append(item)
        count += 1
        byteCount += item.byteCount
    }
}
