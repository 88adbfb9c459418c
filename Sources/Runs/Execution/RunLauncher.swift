import Glibc
import Platform
package import Training

/// Where a run that is in the store is executed, from its last checkpoint on.
package protocol RunLauncher: Sendable {
    /// Begins to execute a run.
    ///
    /// Blocks until another process would see that it is executed, or is about to be.
    ///
    /// - Parameters:
    ///   - run: The run, or a finished one whose next phase is to begin.
    ///   - changes: Options that change no number and have another value from now on.
    /// - Returns: The process that executes it.
    func launch(_ run: String, changing changes: OptionTexts) throws -> Int32
}

/// Executes runs on threads of this process.
package struct ThreadLauncher: RunLauncher {
    private let runs: RunService

    /// Launches with the runs of a workspace.
    package init(_ runs: RunService) { self.runs = runs }

    package func launch(_ run: String, changing changes: OptionTexts) throws -> Int32 {
        _ = try runs.resume(run, changing: changes)
        return getpid()
    }
}

/// Executes each run in a process and a session of its own, which outlive this one.
package struct ProcessLauncher: RunLauncher {
    private let layout: WorkspaceLayout

    /// Launches in a workspace.
    init(_ layout: WorkspaceLayout) { self.layout = layout }

    package func launch(_ run: String, changing changes: OptionTexts) throws -> Int32 {
        guard let program = ProcessEnvironment.executable else {
            throw RunError(.failed, "The program's own file cannot be found.")
        }
        var words = ["train", "--resume", run, "--workspace", layout.folder]
        for option in changes.given {
            let texts = changes[option.name] ?? []
            words += texts.map {
                option.kind == .flag ? "--\(option.commandName)" : "--\(option.commandName)=\($0)"
            }
        }
        return try ChildProcess(
            program,
            words,
            output: "\(layout.logs)/run-\(run).log",
            appends: true,
            apart: .session
        ).process
    }
}
