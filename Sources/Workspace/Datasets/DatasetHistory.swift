import Datasets

/// The origin of a dataset's rows, and the steps applied to them.
public struct DatasetHistory: Equatable, Sendable, Codable {
    /// One step.
    public struct Step: Equatable, Sendable, Codable {
        /// A number of rows or changes.
        public struct Count: Equatable, Sendable, Codable {
            /// The name of the count.
            public var name: String
            /// The number.
            public var count: Int
        }

        /// `map`, `leave-out`, `clean`, `deduplicate` or `split`.
        public var kind: String
        /// Its parameters: the mapping, rules, key or share.
        public var setting: String
        /// The counts of its changes.
        public var counts: [Count]
        /// The step in a line.
        public var text: String
    }

    /// The file or folder that was read first.
    public var source: String
    /// The digest of the content of its rows.
    public var sourceDigest: String
    /// The format of its rows.
    public var sourceFormat: String
    /// The steps in order; empty for a plain copy.
    public var steps: [Step]

    init(_ provenance: DatasetProvenance) {
        source = provenance.source
        sourceDigest = provenance.sourceDigest
        sourceFormat = provenance.sourceFormat.rawValue
        steps = provenance.steps.map { step in
            Step(
                kind: step.kind.rawValue,
                setting: step.setting,
                counts: step.counts.map { .init(name: $0.name, count: $0.count) },
                text: step.description
            )
        }
    }
}
