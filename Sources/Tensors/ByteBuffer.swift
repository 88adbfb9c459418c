internal import Glibc

/// Memory for bytes, aligned to a cache line.
public final class ByteBuffer: @unchecked Sendable {
    // @unchecked because of `pointer`: as `FloatBuffer`.

    /// The number of bytes.
    public let count: Int
    /// The first of them.
    public let pointer: UnsafeMutablePointer<UInt8>
    private let memory: AlignedMemory

    /// Allocates `count` bytes, all set to `value`.
    public init(count: Int, filledWith value: UInt8 = 0) {
        precondition(count >= 0, "a buffer cannot hold \(count) bytes")
        self.count = count
        memory = AlignedMemory(byteCount: max(64, count))
        memset(memory.pointer, Int32(value), max(64, count))
        pointer = memory.pointer.assumingMemoryBound(to: UInt8.self)
    }

    /// A copy of `bytes`.
    public convenience init(_ bytes: [UInt8]) {
        self.init(count: bytes.count)
        _ = values.update(fromContentsOf: bytes)
    }

    /// The bytes, for reading and writing.
    public var values: UnsafeMutableBufferPointer<UInt8> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }
}
