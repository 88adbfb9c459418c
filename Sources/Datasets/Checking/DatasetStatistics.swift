/// The lengths of the rows of one part of a dataset, in tokens of one model.
public struct DatasetStatistics: Sendable, Equatable {
    /// A column of the histogram.
    public struct Bucket: Sendable, Equatable, Codable {
        /// The shortest length in the bucket.
        public var from: Int
        /// The first length beyond the bucket.
        public var to: Int
        /// How many rows have such a length.
        public var count: Int

        /// Creates a bucket.
        public init(from: Int, to: Int, count: Int) {
            self.from = from
            self.to = to
            self.count = count
        }
    }

    /// How many rows there are.
    public let rows: Int
    /// How many tokens they have together.
    public let tokens: Int
    /// How many of the tokens are learnt.
    public let targetTokens: Int
    /// The length of the longest row.
    public let longest: Int
    /// The longest row; nil without rows.
    public let longestSource: RecordSource?
    /// The lengths, ascending, (rows).
    private let lengths: [Int]

    /// Measures rendered rows; the blocks of one document count as one row.
    public init(_ examples: [Example]) {
        var lengths: [Int] = []
        var sources: [RecordSource] = []
        var targets = 0
        for example in examples {
            targets += example.targetCount
            if sources.last == example.source, let last = lengths.indices.last {
                // A block begins with the last token of the previous block.
                lengths[last] += example.ids.count - 1
            } else {
                lengths.append(example.ids.count)
                sources.append(example.source)
            }
        }
        rows = lengths.count
        tokens = lengths.reduce(0, +)
        targetTokens = targets
        let peak = lengths.indices.max { lengths[$0] < lengths[$1] }
        longest = peak.map { lengths[$0] } ?? 0
        longestSource = peak.map { sources[$0] }
        self.lengths = lengths.sorted()
    }

    /// The length that the given share of rows does not exceed (nearest rank); 0 without rows.
    public func percentile(_ share: Double) -> Int {
        precondition((0...1).contains(share), "a percentile is between 0 and 1")
        guard let last = lengths.last else { return 0 }
        let rank = Int((share * Double(lengths.count)).rounded(.up))
        return rank < 1 ? lengths[0] : (rank > lengths.count ? last : lengths[rank - 1])
    }

    /// The mean length in tokens; 0 without rows.
    public var mean: Double { rows == 0 ? 0 : Double(tokens) / Double(rows) }

    /// The lengths in at most `columns` buckets of equal width.
    public func histogram(columns: Int) -> [Bucket] {
        precondition(columns > 0, "a histogram has a column")
        guard let first = lengths.first, let last = lengths.last else { return [] }
        let width = (last - first) / columns + 1
        var counts = [Int](repeating: 0, count: (last - first) / width + 1)
        for length in lengths { counts[(length - first) / width] += 1 }
        return counts.enumerated().map { column, count in
            let lowerBound = first + column * width
            return Bucket(from: lowerBound, to: lowerBound + width, count: count)
        }
    }
}
