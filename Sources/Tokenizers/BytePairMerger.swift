/// A token and its bytes in a word.
struct WordToken {
    var id: Int32
    var start: Int32
    var end: Int32
}

/// Merges the bytes or characters of one word into tokens, the earliest merge first and of equal
/// ones the leftmost.
///
/// It reuses its buffers, so that a text of many words allocates once.
struct BytePairMerger {
    /// One token; `next` and `previous` link the remaining symbols of the word.
    ///
    /// The id is negative if there is no token: the text there is left out, and nothing merges
    /// across it.
    private struct Symbol {
        var id: Int32
        var start: Int32
        var end: Int32
        var previous: Int32
        var next: Int32
    }

    private var symbols: [Symbol] = []
    /// A binary heap of `rank << 32 | index of the left symbol`.
    ///
    /// An entry whose symbols have changed since is detected when it is popped, because its rank
    /// differs.
    private var heap: [UInt64] = []

    /// Appends the tokens of `word`.
    mutating func append(
        _ word: UnsafeBufferPointer<UInt8>,
        _ tokenizer: Tokenizer,
        to tokens: inout [WordToken]
    ) {
        if tokenizer.ignoresMerges, let id = tokenizer.tokenBytes.number(of: word),
            tokenizer.types[Int(id)].isText
        {
            tokens.append(WordToken(id: id, start: 0, end: Int32(word.count)))
            return
        }
        symbols.removeAll(keepingCapacity: true)
        heap.removeAll(keepingCapacity: true)
        switch tokenizer.alphabet {
        case .bytes: addBytes(of: word, 0..<word.count, tokenizer)
        case .characters: addCharacters(of: word, tokenizer)
        }
        for index in 0..<max(0, symbols.count - 1) {
            push(leftOf: Int32(index), tokenizer.merges)
        }
        merge(tokenizer.merges)
        var index: Int32 = symbols.isEmpty ? -1 : 0
        while index >= 0 {
            let symbol = symbols[Int(index)]
            if symbol.id >= 0 {
                tokens.append(WordToken(id: symbol.id, start: symbol.start, end: symbol.end))
            }
            index = symbol.next
        }
    }

    // MARK: - Symbols

    private mutating func addBytes(
        of word: UnsafeBufferPointer<UInt8>,
        _ range: Range<Int>,
        _ tokenizer: Tokenizer
    ) {
        for position in range {
            let id = tokenizer.byteTokens[Int(word[position])]
            if id >= 0 {
                add(id, position..<position + 1)
            } else {
                addUnknown(position..<position + 1, tokenizer)
            }
        }
    }

    private mutating func addCharacters(
        of word: UnsafeBufferPointer<UInt8>,
        _ tokenizer: Tokenizer
    ) {
        var position = 0
        while position < word.count {
            let range = position..<position + word.scalarLength(at: position, before: word.count)
            let character = UnsafeBufferPointer(rebasing: word[range])
            if let id = tokenizer.tokenBytes.number(of: character),
                tokenizer.types[Int(id)].isText
            {
                add(id, range)
            } else if character.allSatisfy({ tokenizer.byteTokens[Int($0)] >= 0 }) {
                addBytes(of: word, range, tokenizer)
            } else {
                addUnknown(range, tokenizer)
            }
            position = range.upperBound
        }
    }

    private mutating func addUnknown(_ range: Range<Int>, _ tokenizer: Tokenizer) {
        let id = tokenizer.unknown ?? -1
        if tokenizer.fusesUnknown, let last = symbols.last, last.id == id, id >= 0 {
            symbols[symbols.count - 1].end = Int32(range.upperBound)
        } else {
            add(id, range)
        }
    }

    private mutating func add(_ id: Int32, _ range: Range<Int>) {
        let index = Int32(symbols.count)
        if index > 0 { symbols[Int(index) - 1].next = index }
        symbols.append(
            Symbol(
                id: id,
                start: Int32(range.lowerBound),
                end: Int32(range.upperBound),
                previous: index - 1,
                next: -1
            )
        )
    }

    // MARK: - Merging

    private mutating func merge(_ merges: MergeTable) {
        while let (rank, left) = popSmallest() {
            let right = symbols[Int(left)].next
            guard right >= 0, symbols[Int(left)].id >= 0,
                let merge = merges.merge(symbols[Int(left)].id, symbols[Int(right)].id),
                merge.rank == rank
            else { continue }
            let next = symbols[Int(right)].next
            symbols[Int(left)].id = merge.merged
            symbols[Int(left)].end = symbols[Int(right)].end
            symbols[Int(left)].next = next
            symbols[Int(right)].id = -1
            if next >= 0 {
                symbols[Int(next)].previous = left
                push(leftOf: left, merges)
            }
            let previous = symbols[Int(left)].previous
            if previous >= 0 { push(leftOf: previous, merges) }
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
