/// Merges the bytes of one piece of text into tokens, the earliest merge first and of equal ones
/// the leftmost.
///
/// It keeps its buffers, so that a text of many words allocates once.
struct BytePairMerger {
    /// One token so far; `next` and `previous` link what is left of the piece.
    private struct Symbol {
        var id: Int32
        var previous: Int32
        var next: Int32
    }

    private var symbols: [Symbol] = []
    /// A binary heap of `rank << 32 | index of the left symbol`.
    ///
    /// An entry whose symbols have changed since is noticed when it comes up, because its rank no
    /// longer fits.
    private var heap: [UInt64] = []

    /// Appends the tokens of `piece`; every byte of it must have a token.
    mutating func append(
        _ piece: UnsafeBufferPointer<UInt8>,
        tokenizer: Tokenizer,
        to ids: inout [Int32]
    ) {
        symbols.removeAll(keepingCapacity: true)
        heap.removeAll(keepingCapacity: true)
        for (index, byte) in piece.enumerated() {
            let next = index + 1 < piece.count ? Int32(index + 1) : -1
            let id = tokenizer.byteTokens[Int(byte)]
            symbols.append(Symbol(id: id, previous: Int32(index) - 1, next: next))
        }
        for index in 0..<max(0, symbols.count - 1) {
            push(leftOf: Int32(index), tokenizer.merges)
        }
        while let (rank, left) = popSmallest() {
            let right = symbols[Int(left)].next
            guard right >= 0, symbols[Int(left)].id >= 0,
                let merge = tokenizer.merges.merge(
                    symbols[Int(left)].id,
                    symbols[Int(right)].id
                ),
                merge.rank == rank
            else { continue }
            let next = symbols[Int(right)].next
            symbols[Int(left)].id = merge.merged
            symbols[Int(left)].next = next
            symbols[Int(right)].id = -1
            if next >= 0 {
                symbols[Int(next)].previous = left
                push(leftOf: left, tokenizer.merges)
            }
            let previous = symbols[Int(left)].previous
            if previous >= 0 { push(leftOf: previous, tokenizer.merges) }
        }
        var index: Int32 = symbols.isEmpty ? -1 : 0
        while index >= 0 {
            ids.append(symbols[Int(index)].id)
            index = symbols[Int(index)].next
        }
    }

    private mutating func push(leftOf left: Int32, _ merges: MergeTable) {
        let right = symbols[Int(left)].next
        guard let merge = merges.merge(symbols[Int(left)].id, symbols[Int(right)].id) else {
            return
        }
        heap.append(UInt64(merge.rank) << 32 | UInt64(left))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard heap[child] < heap[parent] else { break }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    private mutating func popSmallest() -> (rank: UInt32, left: Int32)? {
        guard let smallest = heap.first, let last = heap.popLast() else { return nil }
        if !heap.isEmpty {
            heap[0] = last
            var parent = 0
            while true {
                var child = parent * 2 + 1
                guard child < heap.count else { break }
                if child + 1 < heap.count, heap[child + 1] < heap[child] { child += 1 }
                guard heap[child] < heap[parent] else { break }
                heap.swapAt(child, parent)
                parent = child
            }
        }
        return (UInt32(smallest >> 32), Int32(truncatingIfNeeded: smallest))
    }
}
