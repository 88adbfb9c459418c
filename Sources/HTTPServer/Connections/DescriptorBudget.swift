import Glibc
import Platform

/// The number of connections that leaves enough descriptors for files.
package struct DescriptorBudget {
    /// The maximum number of connections.
    package let connections: Int

    /// Descriptors for the event loops and the first calls.
    private static let minimum = 24
    /// Descriptors for files, the database and requests to the kernel.
    private static let reserve = 64
    /// A limit of the memory for connections.
    private static let maximum = 8192

    /// Raises the limit of open files as far as permitted, and divides the free descriptors.
    ///
    /// - Throws: ``ServerError`` if too few descriptors are left for a server.
    init() throws(ServerError) {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else {
            try self.init(limit: 2 * Self.maximum + Self.reserve, used: 0)
            return
        }
        if limit.rlim_cur < limit.rlim_max {
            var raised = limit
            raised.rlim_cur = min(limit.rlim_max, rlim_t(2 * Self.maximum + 1024))
            if raised.rlim_cur > limit.rlim_cur,
                setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &raised) == 0
            {
                limit = raised
            }
        }
        let all = Int(min(limit.rlim_cur, rlim_t(Int32.max)))
        try self.init(limit: all, used: OpenFiles.count)
    }

    /// The budget of a process that may open `limit` descriptors and has opened `used`.
    package init(limit: Int, used: Int) throws(ServerError) {
        let free = limit - used
        guard free >= Self.minimum else {
            throw ServerError(
                .internalError,
                "A process may open \(limit) files here, of which \(max(free, 0)) are left; "
                    + "a server needs \(Self.minimum) more.",
                hint: "raise the limit of open files (ulimit -n 1024)"
            )
        }
        // Each connection has a socket, and a file that it reads or writes.
        connections = min(Self.maximum, (free - min(Self.reserve, free / 2)) / 2)
    }
}
