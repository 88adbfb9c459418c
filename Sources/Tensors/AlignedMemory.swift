internal import Glibc

/// Memory for numbers of any kind, aligned to 64 bytes, not cleared.
public final class AlignedMemory: @unchecked Sendable {
    // @unchecked because of `pointer`: the owner decides which thread writes which part; the worker pool
    // gives each tile its own.

    /// The number of bytes.
    public let byteCount: Int
    /// The first of them.
    public let pointer: UnsafeMutableRawPointer

    /// Allocates `byteCount` bytes, at least one.
    ///
    /// - Parameter hasLargePages: Whether the system is asked for pages of 2 MiB, which large memory
    ///   that is read in order is read faster from.
    public init(byteCount: Int, hasLargePages: Bool = false) {
        precondition(byteCount >= 0, "memory cannot hold \(byteCount) bytes")
        self.byteCount = byteCount
        var memory: UnsafeMutableRawPointer?
        let page = 1 << 21
        let isLarge = hasLargePages && byteCount >= page
        let status = posix_memalign(&memory, isLarge ? page : 64, max(64, byteCount))
        guard status == 0, let memory else { MemoryExhaustion.end(byteCount) }
        // A system without such pages refuses, and small ones do as well.
        if isLarge { _ = madvise(memory, byteCount, MADV_HUGEPAGE) }
        pointer = memory
    }

    deinit { free(pointer) }
}

/// Divides memory into parts that begin at multiples of 64 bytes; without
/// memory it only counts bytes.
public struct MemoryLayoutCursor {
    private let start: UnsafeMutableRawPointer?
    /// The bytes taken so far.
    public private(set) var byteCount = 0

    /// Starts at `start`; nil only counts.
    public init(_ start: UnsafeMutableRawPointer? = nil) { self.start = start }

    /// The next `count` numbers.
    public mutating func take<Number>(
        _ count: Int,
        of type: Number.Type
    ) -> UnsafeMutablePointer<Number> {
        let place = byteCount
        byteCount += (count * MemoryLayout<Number>.stride + 63) / 64 * 64
        // When only counting, the pointer is never used.
        let memory = start ?? UnsafeMutableRawPointer(bitPattern: 64)
        guard let memory else { preconditionFailure("a cursor without memory") }
        return (memory + place).assumingMemoryBound(to: type)
    }
}
