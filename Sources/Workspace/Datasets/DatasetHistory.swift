import Datasets

/// The origin of a dataset's rows, and the steps applied to them.
public struct DatasetHistory: Equatable, Sendable, Codable {
    /// One step.
    public struct Step: Equatable, Sendable, Codable {
        /// What was counted, and how often.
        public struct Count: Equatable, Sendable, Codable {
            /// What was counted.
            public var name: String
            /// How often.
            public var count: Int
        }

        /// `map`, `leave-out`, `clean`, `deduplicate` or `split`.
        public var kind: String
        /// How: the mapping, the rules, the key, the share.
        public var setting: String
        /// What it changed.
        public var counts: [Count]
        /// The step in a line.
        public var text: String
    }

    /// The file or folder that was read first.
    public var source: String
    /// The digest of what its rows said.
    public var sourceDigest: String
    /// How they were written.
    public var sourceFormat: String
    /// What was done, in order; empty for a plain copy.
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
