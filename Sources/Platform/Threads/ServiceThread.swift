internal import Glibc

/// A thread outside Swift's cooperative pool, which a service may block.
///
/// `@unchecked` because the thread's handle is written once, before it is shared.
package final class ServiceThread: @unchecked Sendable {
    private final class Start {
        let name: String
        let niceness: Int32
        let body: @Sendable () -> Void

        init(name: String, niceness: Int32, body: @escaping @Sendable () -> Void) {
            self.name = name
            self.niceness = niceness
            self.body = body
        }
    }

    private var handle = pthread_t()
    private let isJoined = Guarded(false)

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - name: The name in system tools, cut to 15 bytes.
    ///   - niceness: Its priority below the screen's, 0 to 19.
    package init(
        name: String,
        niceness: Int32 = 0,
        body: @escaping @Sendable () -> Void
    ) throws(PlatformError) {
        let start = Unmanaged.passRetained(Start(name: name, niceness: niceness, body: body))
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setstacksize(&attributes, 8 << 20)
        let status = pthread_create(&handle, &attributes, Self.main, start.toOpaque())
        guard status == 0 else {
            start.release()
            throw PlatformError(
                .failed,
                "No thread could be started for \(name): \(systemMessage(status)).",
                hint: "Close other programs, or raise the limit of processes (ulimit -u)."
            )
        }
    }

    deinit {
        if isJoined.withLock({ !$0 }) { pthread_detach(handle) }
    }

    /// Waits for the thread to end; from the thread itself it returns at once.
    package func join() {
        guard pthread_equal(handle, pthread_self()) == 0 else { return }
        let isFirst = isJoined.withLock { joined in
            defer { joined = true }
            return !joined
        }
        if isFirst { pthread_join(handle, nil) }
    }

    private static let main: @convention(c) (UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? =
        { argument in
            guard let argument else { return nil }
            let start = Unmanaged<Start>.fromOpaque(argument).takeRetainedValue()
            name(start.name)
            // Linux counts niceness per thread: 0 is the calling one.
            if start.niceness > 0 { setpriority(Int32(PRIO_PROCESS.rawValue), 0, start.niceness) }
            start.body()
            return nil
        }

    /// Names the calling thread; failure is ignored.
    private static func name(_ name: String) {
        try? Files.writeNew(name.utf8, to: "/proc/thread-self/comm", replaces: true)
    }
}
