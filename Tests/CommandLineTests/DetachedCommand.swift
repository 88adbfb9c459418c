import Foundation

/// A command that shares no open file with the tests: a server that it leaves behind would keep
/// inherited pipes open, and their readers would wait forever.
struct DetachedCommand {
    private let arguments: [String]

    init(_ arguments: [String]) {
        self.arguments = arguments
    }

    /// Runs it to its end with its output and errors in a file; returns its exit status.
    func run(environment: [String: String], output: String) throws -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // Numbers that are not open are ignored.
        for file in 3..<Int32(256) { posix_spawn_file_actions_addclose(&actions, file) }
        // The tests' threads block signals, and a server that inherits that never receives its end.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var words = arguments.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for word in words + variables { free(word) } }
        var process: pid_t = 0
        let failure = posix_spawnp(
            &process,
            arguments[0],
            &actions,
            &attributes,
            &words,
            &variables
        )
        guard failure == 0 else { throw Failure(command: arguments, number: failure) }
        var status: Int32 = 0
        while waitpid(process, &status, 0) < 0 {
            guard errno == EINTR else { throw Failure(command: arguments, number: errno) }
        }
        return status == 0 ? 0 : 1
    }

    /// A command that could not be run.
    struct Failure: Error {
        let command: [String]
        let number: Int32
    }
}
