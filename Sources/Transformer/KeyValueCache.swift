internal import CKernels
public import ModelFiles
internal import Platform
internal import Tensors

/// The keys and values of a conversation so far: a table of blocks in a pool.
///
/// It belongs to one model, one adapter and one precision: another adapter has
/// other keys. In `fast` precision they are float16, else float32.
public final class KeyValueCache: @unchecked Sendable {
    // @unchecked because of `count` and the table: one thread at a time uses a cache.

    /// The maximum number of tokens.
    public let capacity: Int
    /// The number of tokens in it.
    public private(set) var count = 0
    /// The pool of its blocks.
    public let pool: KVBlockPool
    /// The precision of the passes that use it.
    public var precision: Precision { pool.precision }

    /// The blocks, in the order of the positions; they hold the tokens and may have room for more.
    private(set) var blocks: [Int32] = []

    /// An empty conversation of at most `capacity` tokens, in blocks of `pool`.
    public init(in pool: KVBlockPool, capacity: Int) {
        precondition(capacity >= 1, "a cache needs room for a token")
        self.capacity = capacity
        self.pool = pool
    }

    /// An empty conversation of at most `capacity` tokens, in a pool of its own.
    public convenience init(
        _ configuration: ModelConfiguration,
        capacity: Int,
        precision: Precision
    ) {
        precondition(capacity >= 1, "a cache needs room for a token")
        let count = KVBlockPool.blockCount(tokens: capacity)
        self.init(
            in: KVBlockPool(configuration, blockCount: count, precision: precision),
            capacity: capacity
        )
    }

    /// A conversation that begins with the first `count` tokens of another one and shares its full
    /// blocks.
    ///
    /// - Throws: `TransformerError` if the pool has no block for a partial block.
    public convenience init(beginning other: KeyValueCache, count: Int, capacity: Int) throws {
        precondition(count <= other.count, "the other has \(other.count) tokens, not \(count)")
        precondition(count <= capacity, "\(count) tokens do not fit in \(capacity)")
        self.init(in: other.pool, capacity: capacity)
        let (full, rest) = count.quotientAndRemainder(dividingBy: KVBlockPool.blockLength)
        pool.retain(other.blocks[..<full])
        blocks = Array(other.blocks[..<full])
        self.count = full * KVBlockPool.blockLength
        if rest > 0 {
            try reserve(count)
            pool.copy(other.blocks[full], to: blocks[full], tokens: rest)
        }
        self.count = count
    }

    deinit { pool.release(blocks) }

    /// The bytes of a cache.
    public static func byteCount(
        _ configuration: ModelConfiguration,
        capacity: Int,
        precision: Precision
    ) -> Int {
        KVBlockPool.byteCount(
            configuration,
            blockCount: KVBlockPool.blockCount(tokens: capacity),
            precision: precision
        )
    }

    /// The bytes that a token at `position` reads.
    public func readByteCount(at position: Int) -> Int {
        pool.windows.reduce(0) { sum, window in
            let tokens = min(position, window)
            let head = pool.type.byteCount(elements: tokens * pool.headWidth)
            return sum + 2 * pool.headCount * head
        }
    }

    /// Forgets all tokens from `count` on.
    public func truncate(to count: Int) {
        precondition(
            (0...self.count).contains(count),
            "a cache of \(self.count) tokens cannot keep \(count)"
        )
        self.count = count
        let kept = min(blocks.count, KVBlockPool.blockCount(tokens: count))
        pool.release(blocks[kept...])
        blocks.removeSubrange(kept...)
    }

    /// Reserves the blocks that `count` tokens need, and copies a shared block that new tokens would be
    /// written to.
    ///
    /// - Throws: `TransformerError` if the pool has too few.
    func reserve(_ count: Int) throws {
        try copyLastIfShared(beforeWriting: count)
        let wanted = KVBlockPool.blockCount(tokens: count) - blocks.count
        guard wanted > 0 else { return }
        blocks += try take(wanted, after: blocks.last)
    }

    /// A conversation that was shortened may end in a block that others read.
    private func copyLastIfShared(beforeWriting count: Int) throws {
        let (full, rest) = self.count.quotientAndRemainder(dividingBy: KVBlockPool.blockLength)
        guard count > self.count, full < blocks.count, pool.isShared(blocks[full]) else { return }
        let own = try take(1, after: full > 0 ? blocks[full - 1] : nil)
        pool.copy(blocks[full], to: own[0], tokens: rest)
        pool.release([blocks[full]])
        blocks[full] = own[0]
    }

    private func take(_ count: Int, after last: Int32?) throws -> [Int32] {
        guard let taken = pool.take(count, after: last) else {
            throw TransformerError(
                .cacheFull,
                "The conversation needs \(count) more blocks of the key and value cache, and "
                    + "\(pool.freeBlockCount) are free.",
                hint: "end another conversation, or shorten the prompt"
            )
        }
        return taken
    }

    /// Marks the tokens up to `count` as stored.
    func advance(to count: Int) { self.count = count }

    /// Writes `count` rows of a layer, each (K*D), from position `first` on; their blocks are
    /// reserved.
    func store(_ layer: Int, key: Floats, value: Floats, first: Int, count: Int) {
        let D = pool.headWidth
        for (numbers, source) in [(pool.keys(layer), key), (pool.values(layer), value)] {
            for t in 0..<count {
                let (block, place) = (first + t).quotientAndRemainder(
                    dividingBy: KVBlockPool.blockLength
                )
                let row = (Int(blocks[block]) * KVBlockPool.blockLength + place) * D
                for head in 0..<pool.headCount {
                    let target = numbers + head * pool.headByteCount
                    let from = source + (t * pool.headCount + head) * D
                    if pool.type == .f16 {
                        let halves = target.assumingMemoryBound(to: UInt16.self)
                        wb_float_to_half(halves + row, from, D)
                    } else {
                        let floats = target.assumingMemoryBound(to: Float.self)
                        (floats + row).update(from: from, count: D)
                    }
                }
            }
        }
    }
}
