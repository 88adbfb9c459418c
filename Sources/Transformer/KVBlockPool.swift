public import ModelFiles
internal import Synchronization
internal import Tensors

/// The keys and values of conversations in blocks of 32 tokens, which several conversations can
/// share.
///
/// A block has the same index in all layers and heads. Blocks with consecutive indices are
/// contiguous in memory, so that a conversation whose blocks are consecutive is read as one range.
public final class KVBlockPool: @unchecked Sendable {
    // @unchecked because of the memory: a block is written by the one cache that holds it.

    /// Tokens in a block.
    public static let blockLength = 32

    /// How many blocks there are.
    public let blockCount: Int
    /// The precision of the passes that use it.
    public let precision: Precision
    let type: ElementType
    /// The bytes of one head's keys, or values, in all blocks.
    let headByteCount: Int
    let headCount: Int
    let headWidth: Int
    let layerCount: Int
    let windows: [Int]  // (L)
    private let memory: AlignedMemory  // (2, L, K, blocks, 32, D)
    private let layerByteCount: Int
    private let holders: Mutex<[Int]>  // the reference count of each block

    /// A pool of `blockCount` blocks.
    public init(_ configuration: ModelConfiguration, blockCount: Int, precision: Precision) {
        precondition(blockCount >= 1, "a pool needs a block")
        self.blockCount = blockCount
        self.precision = precision
        type = Self.type(precision)
        headCount = configuration.keyValueHeadCount
        headWidth = configuration.headWidth
        layerCount = configuration.layerCount
        windows = (0..<layerCount).map { configuration.window($0) ?? .max }
        headByteCount = type.byteCount(elements: blockCount * Self.blockLength * headWidth)
        layerByteCount = headCount * headByteCount
        memory = AlignedMemory(
            byteCount: Self.byteCount(
                configuration,
                blockCount: blockCount,
                precision: precision
            )
        )
        holders = Mutex([Int](repeating: 0, count: blockCount))
    }

    /// The bytes of `blockCount` blocks.
    public static func byteCount(
        _ configuration: ModelConfiguration,
        blockCount: Int,
        precision: Precision
    ) -> Int {
        let width = configuration.keyValueHeadCount * configuration.headWidth
        let tokens = blockCount * blockLength
        return type(precision).byteCount(elements: 2 * configuration.layerCount * tokens * width)
    }

    /// The number of blocks that a number of tokens takes.
    public static func blockCount(tokens: Int) -> Int { (tokens + blockLength - 1) / blockLength }

    /// The number of free blocks.
    public var freeBlockCount: Int { holders.withLock { $0.count { $0 == 0 } } }

    private static func type(_ precision: Precision) -> ElementType {
        precision == .fast ? .f16 : .f32
    }

    /// Takes `count` free blocks, consecutive to `last` or to each other if possible; nil if fewer are
    /// free.
    func take(_ count: Int, after last: Int32?) -> [Int32]? {
        holders.withLock { holders in
            let free = holders.indices.filter { holders[$0] == 0 }
            guard free.count >= count else { return nil }
            let next = last.map { Int($0) + 1 }
            let starts = (next.map { [$0] } ?? []) + free
            let start = starts.first { start in
                start + count <= holders.count
                    && holders[start..<start + count].allSatisfy { $0 == 0 }
            }
            let taken = start.map { Array($0..<$0 + count) } ?? Array(free.prefix(count))
            for block in taken { holders[block] = 1 }
            return taken.map { Int32($0) }
        }
    }

    /// Retains the blocks.
    func retain(_ blocks: some Sequence<Int32>) {
        holders.withLock { for block in blocks { $0[Int(block)] += 1 } }
    }

    /// Whether a block is shared.
    func isShared(_ block: Int32) -> Bool { holders.withLock { $0[Int(block)] > 1 } }

    /// Releases the blocks; a block whose count reaches zero is free.
    func release(_ blocks: some Sequence<Int32>) {
        holders.withLock { holders in
            for block in blocks {
                precondition(holders[Int(block)] > 0, "block \(block) is free already")
                holders[Int(block)] -= 1
            }
        }
    }

    /// The keys of a layer, (K, blocks, 32, D) of `type`.
    func keys(_ layer: Int) -> UnsafeMutableRawPointer { memory.pointer + layer * layerByteCount }

    /// The values of a layer, (K, blocks, 32, D) of `type`.
    func values(_ layer: Int) -> UnsafeMutableRawPointer {
        memory.pointer + (layerCount + layer) * layerByteCount
    }

    /// Copies the first tokens of a block to another one.
    func copy(_ from: Int32, to target: Int32, tokens: Int) {
        let bytes = type.byteCount(elements: Self.blockLength * headWidth)
        for plane in 0..<2 * layerCount * headCount {
            let start = memory.pointer + plane * headByteCount
            (start + Int(target) * bytes).copyMemory(
                from: start + Int(from) * bytes,
                byteCount: type.byteCount(elements: tokens * headWidth)
            )
        }
    }
}
