import Tensors

/// The rows of one epoch: an order of the examples, packed or one per row.
enum EpochRows {
    /// How many examples are packed together.
    ///
    /// This limits the work, and a row contains examples that are close in order.
    static let windowLength = 1024

    static func make(
        epoch: Int,
        _ lengths: [Int],
        _ configuration: TrainingConfiguration
    ) -> [[Int]] {
        let random = CounterRandom(seed: configuration.seed, purpose: .shuffle)
        let order =
            configuration.isShuffled
            ? random.permutation(count: lengths.count, step: epoch) : Array(lengths.indices)
        guard configuration.isPacked else { return order.map { [$0] } }
        var rows: [[Int]] = []
        for start in stride(from: 0, to: order.count, by: windowLength) {
            let window = order[start..<min(start + windowLength, order.count)]
            let packed = pack(window, lengths: lengths, rowLength: configuration.sequenceLength)
            guard configuration.isShuffled else {
                rows += packed
                continue
            }
            // Packing placed the rows of long examples first.
            let places = CounterRandom(seed: configuration.seed, purpose: .rowOrder)
                .permutation(count: packed.count, step: epoch << 24 + start / windowLength)
            rows += places.map { packed[$0] }
        }
        return rows
    }

    /// Places the examples, longest first, each in the first row with room for it, or in a new one:
    /// first-fit decreasing, which uses at most 11/9 of the minimum number of rows.
    ///
    /// Source: Johnson, "Near-optimal bin packing algorithms", 1973. Otherwise rows and their
    /// examples keep the order.
    static func pack(
        _ order: some Collection<Int>,
        lengths: [Int],
        rowLength: Int
    ) -> [[Int]] {
        let places = order.enumerated().sorted {
            (lengths[$1.element], $0.offset) < (lengths[$0.element], $1.offset)
        }
        var rows: [(members: [(offset: Int, element: Int)], room: Int)] = []
        // Rows before this one are full.
        var firstOpen = 0
        for place in places {
            let length = lengths[place.element]
            let fit = rows[firstOpen...].firstIndex { $0.room >= length }
            if let fit {
                rows[fit].members.append(place)
                rows[fit].room -= length
            } else {
                rows.append(([place], rowLength - length))
            }
            while firstOpen < rows.count, rows[firstOpen].room == 0 { firstOpen += 1 }
        }
        return rows.map { row in row.members.sorted { $0.offset < $1.offset } }
            .sorted { $0[0].offset < $1[0].offset }
            .map { $0.map(\.element) }
    }
}
