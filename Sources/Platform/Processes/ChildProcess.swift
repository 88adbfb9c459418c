internal import Glibc

/// Another program, without input, that does not receive this process's signals.
package struct ChildProcess: Sendable {
    /// How a program ended.
    package enum Status: Equatable, Sendable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        /// How it ended, as a clause.
        package var description: String {
            switch self {
            case .exited(let code): "it ended with status \(code)"
            case .killed(let signal): "it was ended by signal \(signal)"
            }
        }
    }

    /// How a program is separated from this one.
    package enum Separation: Sendable {
        /// In a process group of its own, so that it can be killed with its children.
        case group
        /// In a session of its own: it continues after this program ends.
        case session
    }

    /// The number of the process.
    package let process: Int32

    /// Starts a program.
    ///
    /// - Parameters:
    ///   - program: A path, or a name that is looked up in `PATH`.
    ///   - environment: Is added to this process's own.
    ///   - output: The file for its output and errors; `appends` keeps its content.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        output: String,
        appends: Bool = false,
        apart separation: Separation = .group
    ) throws(PlatformError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        let flags = O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC)
        posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        // The value of spawn.h; POSIX_SPAWN_SETSID is not visible to Swift.
        let setSession: Int32 = 0x80
        let own = separation == .group ? POSIX_SPAWN_SETPGROUP : setSession
        posix_spawnattr_setflags(
            &attributes,
            Int16(own | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )

        var process: pid_t = 0
        let status = Self.withCStrings([program] + arguments) { argv in
            Self.withCStrings(Self.environment(with: environment)) { envp in
                posix_spawnp(&process, program, &actions, &attributes, argv, envp)
            }
        }
        guard status == 0 else { throw PlatformError("\(program) cannot be started", status) }
        self.process = process
    }

    /// Waits for the end, and every 20 ms calls `whileRunning` and checks for cancellation; then
    /// the whole group is killed and `CancellationError` thrown.
    package func wait(
        isCancelled: () -> Bool,
        whileRunning: () -> Void = {}
    ) throws -> Status {
        while true {
            var status: Int32 = 0
            let ended = uninterrupted { waitpid(process, &status, WNOHANG) }
            if ended == process {
                let signal = status & 0x7F
                return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
            }
            guard ended == 0 else { return .exited(-1) }
            if isCancelled() {
                kill(-process, SIGKILL)
                uninterrupted { waitpid(process, &status, 0) }
                throw CancellationError()
            }
            whileRunning()
            usleep(20_000)
        }
    }

    /// This process's environment with some variables set, as `NAME=value`.
    private static func environment(with additions: [String: String]) -> [String] {
        ProcessEnvironment.variables.merging(additions) { $1 }.map { "\($0.key)=\($0.value)" }
    }

    private static func withCStrings<Result>(
        _ strings: [String],
        _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
    ) -> Result {
        let copies = strings.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        return body(copies + [nil])
    }
}
