internal import Glibc

/// A program without input whose output is read line by line.
///
/// It runs in a process group of its own. Memory is bounded: a program that prints faster than its
/// lines are taken waits.
package struct CapturedProgram: Sendable {
    /// What is started.
    package enum Command: Sendable, Equatable {
        /// A path or a name that is looked up in `PATH`, with its arguments.
        case program(String, [String])
        /// A line for `/bin/sh`.
        case shell(String)
    }

    /// What is started.
    package var command: Command
    /// The working directory; nil: this process's.
    package var folder: String?
    /// Variables that are added to this process's environment.
    package var environment: [String: String] = [:]
    /// Variables that are removed from it.
    package var removedVariables: [String] = []
    /// A descriptor that the program and its children inherit, such as that of a lock.
    package var inherited: Int32?
    /// The seconds between TERM and KILL when it is cancelled; asked again while it ends, so that
    /// they can become fewer.
    package var grace: @Sendable () -> Double = { 10 }
    /// The longest line in bytes; a longer one is cut into pieces.
    package var lineLimit = 1 << 16
    /// The seconds between two updates of a line that is being overwritten.
    package var updateInterval = 0.1
    /// Called with the bytes themselves, as they are read.
    package var tap: (@Sendable (OutputLine.Stream, UnsafeRawBufferPointer) -> Void)?

    package init(_ command: Command, folder: String? = nil) {
        self.command = command
        self.folder = folder
    }

    /// Runs the program and returns how it ended.
    ///
    /// Returns when the program has ended and what it had printed is read, even if a process that it
    /// left behind has its output open. When it is cancelled, or `started` or `take` throws, the
    /// group gets TERM, and after the grace KILL; then the error or `CancellationError` is thrown.
    ///
    /// - Parameters:
    ///   - isCancelled: Called about every 20 ms.
    ///   - started: Called with its group before its first line is read.
    ///   - take: Called on the same thread with each line.
    ///
    /// - Throws: ``PlatformError`` if it cannot be started, with the code `invalid` if there is no such
    ///   program.
    package func run(
        isCancelled: () -> Bool = { false },
        started: (ProcessGroup) throws -> Void = { _ in },
        take: (OutputLine) throws -> Void
    ) throws -> ChildProcess.Status {
        let (process, pipes) = try start()
        var execution = Execution(
            process: process,
            grace: grace,
            sources: pipes.map { pipe in
                OutputSource(
                    pipe.descriptor,
                    LineSplitter(
                        pipe.stream,
                        limit: max(16, lineLimit),
                        updateInterval: updateInterval
                    ),
                    tap: tap.map { tap in { tap(pipe.stream, $0) } }
                )
            }
        )
        return try execution.run(isCancelled: isCancelled, started: started, take: take)
    }

    private func start() throws(PlatformError) -> (
        pid_t, [(stream: OutputLine.Stream, descriptor: Descriptor)]
    ) {
        let (program, arguments) =
            switch command {
            case .program(let program, let arguments): (program, arguments)
            case .shell(let line): ("/bin/sh", ["-c", line])
            }
        for text in [program] + arguments + environment.flatMap({ [$0.key, $0.value] })
        where text.utf8.contains(0) {
            throw PlatformError(
                .invalid,
                "A program cannot be given text with a zero byte.",
                hint: "Remove it from the command or its environment."
            )
        }
        let output = try ChildProcess.pipe()
        let error = try ChildProcess.pipe()
        let process = try ChildProcess.start(
            program,
            arguments,
            environment: ChildProcess.environment(with: environment, without: removedVariables),
            folder: folder,
            apart: .group
        ) { actions in
            posix_spawn_file_actions_adddup2(&actions, output.writing.number, 1)
            posix_spawn_file_actions_adddup2(&actions, error.writing.number, 2)
            // To itself: the program inherits it under the same number.
            if let inherited { posix_spawn_file_actions_adddup2(&actions, inherited, inherited) }
        }
        return (process, [(.output, output.reading), (.error, error.reading)])
    }
}
