import Glibc

/// Programs started to go on after this one has ended.
enum ChildProcess {
    /// Starts a program in a session of its own, its output going to a file, and returns its number.
    static func detach(
        _ program: String,
        arguments: [String],
        output: String
    ) throws(WorkspaceError) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // The values of spawn.h; POSIX_SPAWN_SETSID is not visible to Swift.
        let setSession: Int16 = 0x80
        let setSignalDefaults: Int16 = 0x04
        let setSignalMask: Int16 = 0x08
        posix_spawnattr_setflags(&attributes, setSession | setSignalDefaults | setSignalMask)
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)

        var pointers = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        var process: pid_t = 0
        let status = posix_spawn(&process, program, &actions, &attributes, &pointers, environ)
        guard status == 0 else {
            throw Files.failure(status, "\(program) cannot be started")
        }
        return process
    }
}
