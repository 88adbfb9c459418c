internal import CKernels
internal import Synchronization

/// A frozen matrix of a model, in whatever type its file stores it.
///
/// The numbers are read in place, usually from a memory-mapped file, and
/// dequantized tile by tile as products need them.
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
    /// The owner of the memory.
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

    /// The bytes of a copy in the order in which decoding reads a weight; 0 where it needs none.
    public var interleavedByteCount: Int {
        type.hasIntegerProducts ? interleavedByteCount(rows: rows) : 0
    }

    /// A copy of a quantized weight in the order in which decoding reads it; all holders share one.
    public func interleaved(on pool: WorkerPool) -> InterleavedWeight {
        precondition(type.hasIntegerProducts, "\(type) numbers are read as they are")
        return copy.get {
            let memory = AlignedMemory(byteCount: interleavedByteCount)
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
            return InterleavedWeight(
                memory: memory,
                panelByteCount: interleavedByteCount(rows: Self.interleavedRows)
            )
        }
    }

    private func interleavedByteCount(rows: Int) -> Int {
        wb_interleaved_bytes(type.rawValue, rows, columns)
    }
}

/// A quantized weight in the order in which decoding reads it.
public final class InterleavedWeight: Sendable {
    /// The bytes of `Weight.interleavedRows` rows.
    public let panelByteCount: Int
    private let memory: AlignedMemory

    init(memory: AlignedMemory, panelByteCount: Int) {
        self.memory = memory
        self.panelByteCount = panelByteCount
    }

    /// The first panel.
    public var start: UnsafeRawPointer { UnsafeRawPointer(memory.pointer) }
}

/// A weak reference to a weight's copy.
private final class InterleavedCopy: Sendable {
    private struct Known { weak var copy: InterleavedWeight? }
    private let known = Mutex(Known())

    func get(_ make: () -> InterleavedWeight) -> InterleavedWeight {
        known.withLock { known in
            if let copy = known.copy { return copy }
            let copy = make()
            known.copy = copy
            return copy
        }
    }
}
