/// Something that was done to rows on their way into a dataset, and what it changed.
public struct DatasetStep: Sendable, Equatable, Codable, CustomStringConvertible {
    /// The kinds of step.
    public enum Kind: String, Sendable, Codable {
        /// Columns of other names were read.
        case map
        /// Rows that show several formats were read as one.
        case format
        /// Broken rows were left out.
        case leaveOut = "leave-out"
        /// Texts were cleaned.
        case clean
        /// Rows that stood there before were taken out.
        case deduplicate
        /// Rows were held out.
        case split
    }

    /// What was counted, and how often it was.
    public struct Count: Sendable, Equatable, Codable {
        /// What was counted.
        public let name: String
        /// How often.
        public let count: Int

        /// Counts something.
        public init(_ name: String, _ count: Int) {
            self.name = name
            self.count = count
        }

        /// The number and what it counts: `1 row changed`.
        fileprivate var phrase: String {
            let isOneRow = count == 1 && name.hasPrefix("rows ")
            return "\(count) \(isOneRow ? "row " + name.dropFirst(5) : name)"
        }
    }

    /// What was done.
    public let kind: Kind
    /// How: the mapping, the rules, the key, the share.
    public let setting: String
    /// What was changed.
    public let counts: [Count]

    /// Records a step.
    public init(_ kind: Kind, _ setting: String, _ counts: [Count] = []) {
        self.kind = kind
        self.setting = setting
        self.counts = counts
    }

    /// The step in a line.
    public var description: String {
        let changes = counts.map(\.phrase).joined(separator: ", ")
        let what = setting.isEmpty ? kind.rawValue : "\(kind.rawValue) \(setting)"
        return changes.isEmpty ? what : "\(what): \(changes)"
    }
}

/// Where a dataset's rows come from, and all that was done to them since.
public struct DatasetProvenance: Sendable, Equatable, Codable {
    /// The file or folder that was read first.
    public let source: String
    /// The digest of what its rows said.
    public let sourceDigest: String
    /// How they were written.
    public let sourceFormat: DatasetFormat
    /// What was done, in order; empty for a plain copy.
    public let steps: [DatasetStep]

    /// Records where rows come from.
    public init(
        source: String,
        sourceDigest: String,
        sourceFormat: DatasetFormat,
        steps: [DatasetStep]
    ) {
        self.source = source
        self.sourceDigest = sourceDigest
        self.sourceFormat = sourceFormat
        self.steps = steps
    }

    /// The same with steps that came later.
    public func adding(_ later: [DatasetStep]) -> DatasetProvenance {
        DatasetProvenance(
            source: source,
            sourceDigest: sourceDigest,
            sourceFormat: sourceFormat,
            steps: steps + later
        )
    }
}
