internal import Synchronization

/// What happens when the system cannot provide the memory of a buffer.
///
/// Large needs are forecast and refused beforehand; this is for what changes in between. No
/// computation can continue then, so the program ends with a message.
public enum MemoryExhaustion {
    private static let handler = Mutex<(@Sendable (Int) -> Never)?>(nil)

    /// Sets the function that reports the refused bytes and ends the process.
    public static func handle(_ end: @escaping @Sendable (_ byteCount: Int) -> Never) {
        handler.withLock { $0 = end }
    }

    static func end(_ byteCount: Int) -> Never {
        if let handler = handler.withLock({ $0 }) { handler(byteCount) }
        preconditionFailure("out of memory: \(byteCount) bytes for a buffer")
    }
}
