/// A step that prepared the rows of a dataset, and what it changed.
public struct DatasetStep: Sendable, Equatable, Codable, CustomStringConvertible {
    /// The kinds of step.
    public enum Kind: String, Sendable, Codable {
        /// Columns with other names were mapped.
        case map
        /// Rows that match several formats were read in one.
        case format
        /// Broken rows were left out.
        case leaveOut = "leave-out"
        /// Texts were cleaned.
        case clean
        /// Duplicate rows were removed.
        case deduplicate
        /// Rows were held out.
        case split
    }

    /// A name and a number.
    public struct Count: Sendable, Equatable, Codable {
        /// The name of what is counted.
        public let name: String
        /// The number.
        public let count: Int

        /// Creates a count.
        public init(_ name: String, _ count: Int) {
            self.name = name
            self.count = count
        }

        /// The number and its name: `1 row changed`.
        fileprivate var phrase: String {
            let isOneRow = count == 1 && name.hasPrefix("rows ")
            return "\(count) \(isOneRow ? "row " + name.dropFirst(5) : name)"
        }
    }

    /// The kind of step.
    public let kind: Kind
    /// Its setting: the mapping, the rules, the key, the share.
    public let setting: String
    /// Its effects.
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

/// The source of a dataset's rows, and the steps applied to them.
public struct DatasetProvenance: Sendable, Equatable, Codable {
    /// The file or folder that was read first.
    public let source: String
    /// The digest of its rows.
    public let sourceDigest: String
    /// Their format.
    public let sourceFormat: DatasetFormat
    /// The steps, in order; empty for a plain copy.
    public let steps: [DatasetStep]

    /// Creates a provenance.
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

    /// The same with later steps.
    public func adding(_ later: [DatasetStep]) -> DatasetProvenance {
        DatasetProvenance(
            source: source,
            sourceDigest: sourceDigest,
            sourceFormat: sourceFormat,
            steps: steps + later
        )
    }
}
