internal import Synchronization

/// What happens where the system gives no memory for a buffer.
///
/// Whatever takes much is forecast and asked for before, and refused there; this is left for what
/// changes meanwhile. No computation can continue then, so the program ends; it says how.
public enum MemoryExhaustion {
    private static let handler = Mutex<(@Sendable (Int) -> Never)?>(nil)

    /// Has `end` called with the bytes that were refused; it says so and ends the process.
    public static func handle(_ end: @escaping @Sendable (_ byteCount: Int) -> Never) {
        handler.withLock { $0 = end }
    }

    static func end(_ byteCount: Int) -> Never {
        if let handler = handler.withLock({ $0 }) { handler(byteCount) }
        preconditionFailure("out of memory: \(byteCount) bytes for a buffer")
    }
}
