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
        let flags = O_WRONLY | O_CREAT | (appends ? O_APPEND : O_TRUNC)
        process = try Self.start(
            program,
            arguments,
            environment: Self.environment(with: environment),
            apart: separation
        ) { actions in
            posix_spawn_file_actions_addopen(&actions, 1, output, flags, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
    }

    /// Waits for the end, and every 20 ms calls `whileRunning` and checks for cancellation; then
    /// the whole group is killed and `CancellationError` thrown.
    package func wait(
        isCancelled: () -> Bool,
        whileRunning: () -> Void = {}
    ) throws -> Status {
        while true {
            if let status = Self.status(of: process) { return status }
            if isCancelled() {
                kill(-process, SIGKILL)
                uninterrupted { waitpid(process, nil, 0) }
                throw CancellationError()
            }
            whileRunning()
            usleep(20_000)
        }
    }
}
