internal import CKernels
internal import Synchronization

/// A frozen matrix of a model, in whatever type its file stores it.
///
/// The numbers are read where they lie, usually in a memory-mapped file, and
/// are dequantized tile by tile as products need them.
public struct Weight: @unchecked Sendable {
    // @unchecked because of `bytes`: the memory is never written and `owner` keeps it mapped.

    /// How the numbers are stored.
    public let type: ElementType
    /// The number of outputs of the product; 1 for a vector.
    public let rows: Int
    /// The number of inputs of the product: the length of a row.
    public let columns: Int
    /// Row after row: `type.byteCount(elements: rows * columns)` bytes.
    public let bytes: UnsafeRawBufferPointer
    /// What keeps the memory alive.
    public let owner: any AnyObject & Sendable
    private let copy = InterleavedCopy()

    /// A view of `rows` x `columns` numbers in memory that `owner` keeps alive.
    public init(
        type: ElementType,
        rows: Int,
        columns: Int,
        bytes: UnsafeRawBufferPointer,
        owner: any AnyObject & Sendable
    ) {
        precondition(columns % type.blockLength == 0, "a row is no whole number of blocks")
        precondition(
            bytes.count == type.byteCount(elements: rows * columns),
            "the bytes do not fit \(rows) x \(columns) of \(type)"
        )
        self.type = type
        self.rows = rows
        self.columns = columns
        self.bytes = bytes
        self.owner = owner
    }

    /// The bytes of one row.
    public var rowByteCount: Int { type.byteCount(elements: columns) }

    /// The first byte of a row.
    public func row(_ row: Int) -> UnsafeRawPointer {
        guard let base = bytes.baseAddress else {
            preconditionFailure("an empty weight has no rows")
        }
        return base + row * rowByteCount
    }
}

extension Weight {
    /// The rows that lie side by side in the order in which decoding reads a weight.
    public static let interleavedRows = 16

    /// Makes a copy of a quantized weight in the order in which decoding
    /// reads it, once; it takes the memory that the weight takes.
    public func interleave(on pool: WorkerPool) {
        guard type.isQuantized else { return }
        copy.make {
            let memory = AlignedMemory(byteCount: interleavedByteCount(rows: rows))
            let tileRows = 8 * Self.interleavedRows
            pool.run(tiles: (rows + tileRows - 1) / tileRows, priority: .interactive) { tile, _ in
                let first = tile * tileRows
                wb_interleave(
                    memory.pointer + interleavedByteCount(rows: first),
                    row(first),
                    type.rawValue,
                    rowByteCount,
                    min(tileRows, rows - first),
                    columns
                )
            }
            return memory
        }
    }

    /// The copy that `interleave` made; nil before.
    public var interleaved: InterleavedWeight? {
        copy.memory.map {
            InterleavedWeight(memory: $0, panelByteCount: interleavedByteCount(rows: 1))
        }
    }

    private func interleavedByteCount(rows: Int) -> Int {
        wb_interleaved_bytes(type.rawValue, rows, columns)
    }
}

/// A quantized weight in the order in which decoding reads it.
public struct InterleavedWeight {
    let memory: AlignedMemory
    /// The bytes of `Weight.interleavedRows` rows.
    public let panelByteCount: Int

    /// The panel that begins with `row`, a multiple of `Weight.interleavedRows`.
    public func panel(_ row: Int) -> UnsafeRawPointer {
        UnsafeRawPointer(memory.pointer) + row / Weight.interleavedRows * panelByteCount
    }
}

/// Where a weight keeps its copy.
private final class InterleavedCopy: Sendable {
    private let made = Mutex<AlignedMemory?>(nil)

    var memory: AlignedMemory? { made.withLock { $0 } }

    func make(_ body: () -> AlignedMemory) {
        made.withLock { memory in
            if memory == nil { memory = body() }
        }
    }
}
