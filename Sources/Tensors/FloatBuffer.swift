internal import CKernels
internal import Glibc

/// Memory for float32 numbers, aligned to a cache line and zeroed.
///
/// Buffers are allocated before work begins and live as long as it does:
/// nothing in a training step or a token's forward pass allocates.
public final class FloatBuffer: @unchecked Sendable {
    // @unchecked because of `pointer`: the owner decides which thread writes which part; the worker pool
    // gives each tile its own.

    /// The number of floats.
    public let count: Int
    /// The first of them.
    public let pointer: UnsafeMutablePointer<Float>
    private let memory: AlignedMemory

    /// Allocates `count` zeros.
    public init(count: Int) {
        let limit = Int.max / MemoryLayout<Float>.stride
        precondition((0...limit).contains(count), "a buffer cannot hold \(count) numbers")
        self.count = count
        let bytes = max(64, count * MemoryLayout<Float>.stride)
        memory = AlignedMemory(byteCount: bytes)
        memset(memory.pointer, 0, bytes)
        pointer = memory.pointer.assumingMemoryBound(to: Float.self)
    }

    /// A copy of `numbers`.
    public convenience init(_ numbers: [Float]) {
        self.init(count: numbers.count)
        _ = values.update(fromContentsOf: numbers)
    }

    /// The numbers, for reading and writing.
    public var values: UnsafeMutableBufferPointer<Float> {
        UnsafeMutableBufferPointer(start: pointer, count: count)
    }

    /// The sum of the squares of some numbers, in double.
    public func sumOfSquares(in range: Range<Int>) -> Double {
        wb_sum_of_squares(pointer + range.lowerBound, range.count)
    }

    /// Sets every number to zero.
    public func clear() {
        memset(pointer, 0, count * MemoryLayout<Float>.stride)
    }

    /// Copies the numbers of `source`, which has the same count.
    public func copy(from source: FloatBuffer) {
        precondition(source.count == count, "buffers of \(source.count) and \(count) numbers")
        memcpy(pointer, source.pointer, count * MemoryLayout<Float>.stride)
    }
}
