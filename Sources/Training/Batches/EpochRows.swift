import Tensors

/// The rows of one epoch: an order of the examples, packed or one a row.
enum EpochRows {
    /// How many rows may wait for a conversation that fits: it bounds the work
    /// and keeps the rows near the order of the examples.
    static let openRowLimit = 64

    static func make(
        epoch: Int,
        _ lengths: [Int],
        _ configuration: TrainingConfiguration
    ) -> [[Int]] {
        let order =
            configuration.isShuffled
            ? CounterRandom(seed: configuration.seed, purpose: .shuffle)
                .permutation(count: lengths.count, step: epoch)
            : Array(lengths.indices)
        guard configuration.isPacked else { return order.map { [$0] } }
        return pack(order, lengths: lengths, rowLength: configuration.sequenceLength)
    }

    /// Puts each example into the first open row with room for it, else into a new one.
    static func pack(_ order: [Int], lengths: [Int], rowLength: Int) -> [[Int]] {
        var rows: [[Int]] = []
        var open: [(row: Int, room: Int)] = []
        for example in order {
            let length = lengths[example]
            if let fit = open.firstIndex(where: { $0.room >= length }) {
                rows[open[fit].row].append(example)
                open[fit].room -= length
                if open[fit].room == 0 { open.remove(at: fit) }
            } else {
                if open.count == openRowLimit { open.removeFirst() }
                open.append((rows.count, rowLength - length))
                rows.append([example])
            }
        }
        return rows
    }
}
