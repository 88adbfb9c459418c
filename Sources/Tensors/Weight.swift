internal import CKernels

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

    func interleavedByteCount(rows: Int) -> Int {
        wb_interleaved_bytes(type.rawValue, rows, columns)
    }
}
