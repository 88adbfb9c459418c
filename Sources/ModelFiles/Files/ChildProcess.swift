internal import Glibc

/// Another program, in a process group of its own, so that it ends with all it started.
struct ChildProcess {
    /// How a program ended.
    enum Status: Equatable, CustomStringConvertible {
        case exited(Int32)
        case killed(signal: Int32)

        var description: String {
            switch self {
            case .exited(let code): "it ended with status \(code)"
            case .killed(let signal): "it was ended by signal \(signal)"
            }
        }
    }

    private let process: pid_t

    /// Starts `program`, found on PATH unless it is a path, with no input and its output in the
    /// file `output`; `environment` is added to this process's own.
    init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = [:],
        output: String
    ) throws(ModelFileError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
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
        posix_spawnattr_setflags(
            &attributes,
            Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF)
        )

        var process: pid_t = 0
        let status = Self.withCStrings([program] + arguments) { argv in
            Self.withCStrings(Self.environment(with: environment)) { envp in
                posix_spawnp(&process, program, &actions, &attributes, argv, envp)
            }
        }
        guard status == 0 else { throw ModelFileError(.notFound, "\(systemMessage(status)).") }
        self.process = process
    }

    /// Waits for the end, and every 20 ms calls `whileRunning` and asks whether to stop; then
    /// everything in the group is killed and `CancellationError` thrown.
    func wait(
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
        var variables: [String] = []
        var entry = environ
        while let variable = entry.pointee {
            let text = String(cString: variable)
            let name = text.prefix { $0 != "=" }
            if additions[String(name)] == nil { variables.append(text) }
            entry += 1
        }
        return variables + additions.map { "\($0.key)=\($0.value)" }
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
