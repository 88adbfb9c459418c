internal import Glibc

extension ChildProcess {
    /// Starts a program with default signals and without input.
    ///
    /// - Parameters:
    ///   - environment: The whole environment, as `NAME=value`.
    ///   - folder: Its working directory; nil: this process's.
    ///   - redirect: Adds what becomes of its other descriptors.
    /// - Throws: ``PlatformError``, with the code `invalid` if there is no such program or folder, or it
    ///   may not be used.
    static func start(
        _ program: String,
        _ arguments: [String],
        environment: [String],
        folder: String? = nil,
        apart separation: Separation,
        redirect: (inout posix_spawn_file_actions_t) -> Void
    ) throws(PlatformError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        redirect(&actions)
        if let folder {
            // The system reports a missing folder as if the program were missing.
            guard FilePaths.isFolder(folder) else {
                throw failure("\(program) cannot be started in \(folder)", ENOTDIR)
            }
            _ = addChangeOfFolder(&actions, folder)
        }

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
        let status = withCStrings([program] + arguments) { argv in
            withCStrings(environment) { envp in
                posix_spawnp(&process, program, &actions, &attributes, argv, envp)
            }
        }
        guard status == 0 else { throw failure("\(program) cannot be started", status) }
        return process
    }

    /// The error of a program that was not started.
    private static func failure(_ what: String, _ number: Int32) -> PlatformError {
        var error = PlatformError(what, number)
        // Trying it again finds the same, unlike after a lack of memory or of processes.
        if [ENOENT, ENOTDIR, EACCES, ENOEXEC, ELOOP].contains(number) { error.code = .invalid }
        return error
    }

    /// How a program of this process ended; nil while it runs.
    ///
    /// Must not be called again after that.
    static func status(of process: pid_t) -> Status? {
        var status: Int32 = 0
        let ended = uninterrupted { waitpid(process, &status, WNOHANG) }
        guard ended != 0 else { return nil }
        guard ended == process else { return .exited(-1) }
        let signal = status & 0x7F
        return signal == 0 ? .exited(status >> 8 & 0xFF) : .killed(signal: signal)
    }

    /// This process's environment with some variables set and others removed, as `NAME=value`.
    static func environment(
        with additions: [String: String],
        without removed: [String] = []
    ) -> [String] {
        var variables = ProcessEnvironment.variables
        for name in removed { variables[name] = nil }
        return variables.merging(additions) { $1 }.map { "\($0.key)=\($0.value)" }
    }

    /// A pipe whose ends no other program inherits, as reading and writing descriptors.
    static func pipe() throws(PlatformError) -> (reading: Descriptor, writing: Descriptor) {
        var ends: [Int32] = [-1, -1]
        guard makePipe(&ends, O_CLOEXEC) == 0 else {
            throw PlatformError("No pipe can be opened")
        }
        return (Descriptor(ends[0]), Descriptor(ends[1]))
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

// Functions of the system's C library that its headers show only to programs that ask for GNU's.

@_silgen_name("posix_spawn_file_actions_addchdir_np")
private func addChangeOfFolder(
    _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>,
    _ path: UnsafePointer<CChar>
) -> Int32

@_silgen_name("pipe2")
private func makePipe(_ ends: UnsafeMutablePointer<Int32>, _ flags: Int32) -> Int32
