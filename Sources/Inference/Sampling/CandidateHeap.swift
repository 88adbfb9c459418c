/// A token and its unnormalized probability.
struct Candidate: Sendable, Equatable {
    let id: Int32
    let weight: Double

    /// More likely, or equally likely with a lower id.
    func precedes(_ other: Candidate) -> Bool {
        weight != other.weight ? weight > other.weight : id < other.id
    }
}

/// Returns candidates from the most likely on without sorting them all, since
/// sampling usually needs only a few.
struct CandidateHeap: Sendable {
    private var items: [Candidate] = []

    init(capacity: Int) { items.reserveCapacity(capacity) }

    mutating func fill(_ candidates: some Sequence<Candidate>) {
        items.removeAll(keepingCapacity: true)
        items.append(contentsOf: candidates)
        for root in stride(from: items.count / 2 - 1, through: 0, by: -1) { sift(root) }
    }

    /// Removes the most likely candidate.
    mutating func popFirst() -> Candidate? {
        guard let first = items.first, let last = items.popLast() else { return nil }
        if !items.isEmpty {
            items[0] = last
            sift(0)
        }
        return first
    }

    private mutating func sift(_ root: Int) {
        let item = items[root]
        var hole = root
        while true {
            var child = 2 * hole + 1
            if child >= items.count { break }
            if child + 1 < items.count, items[child + 1].precedes(items[child]) { child += 1 }
            if !items[child].precedes(item) { break }
            items[hole] = items[child]
            hole = child
        }
        items[hole] = item
    }
}
