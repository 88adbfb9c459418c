import EventBus
import Glibc
import Platform
import Tracking
package import Training

/// Where runs are executed.
///
/// Every execution begins with a launcher: of a run that is started, retried, resumed or handed over,
/// and of the next phase of a chain.
package protocol RunLauncher: Sendable {
    /// Begins to execute a run.
    ///
    /// Blocks until the execution has started; in another process, until that process exists. The run
    /// is stopped in the store until that process takes its lock.
    func launch(_ order: RunOrder) throws -> LaunchedRun
}

/// A run to execute.
package enum RunOrder: Sendable {
    /// A run that this process holds, with its inputs.
    case prepared(PreparedRun)
    /// A stopped run in the store, to resume from its last checkpoint, or a finished one whose next
    /// phase is to start.
    ///
    /// The changed options do not affect results.
    case stored(run: String, changing: OptionTexts)
}

/// A run that has started, and the process that executes it.
package struct LaunchedRun: Equatable, Sendable {
    /// The run; of a next phase, that of the phase.
    package let run: String
    /// The process that executes it.
    package let process: Int32
}

/// Executes runs on threads of this process.
package struct ThreadLauncher: RunLauncher {
    private let runs: RunService

    /// Launches with the runs of a workspace.
    package init(_ runs: RunService) { self.runs = runs }

    package func launch(_ order: RunOrder) throws -> LaunchedRun {
        let run =
            switch order {
            case .prepared(let run): run
            case .stored(let run, let changes): try runs.prepare(resuming: run, changing: changes)
            }
        try runs.recordingFailure(of: run) { try runs.execute(run) }
        return LaunchedRun(run: run.record.id, process: getpid())
    }
}

/// Executes each run in a process and a session of its own, which outlive this one.
package struct ProcessLauncher: RunLauncher {
    private let runs: RunService
    private let file: String?

    /// Launches with the runs of a workspace.
    ///
    /// - Parameter program: The file of the program; nil if it cannot be found.
    package init(_ runs: RunService, program: String? = ProcessEnvironment.executable) {
        self.runs = runs
        file = program
    }

    package func launch(_ order: RunOrder) throws -> LaunchedRun {
        switch order {
        case .prepared(let run):
            return try runs.recordingFailure(of: run) {
                let program = try program()
                try run.hold.handOver()
                let launched = try resume(run.record.id, changing: [:], program)
                runs.events.publish(.changed(run: run.record.id))
                return launched
            }
        case .stored(let run, let changes):
            return try resume(run, changing: changes, program())
        }
    }

    private func program() throws(RunError) -> String {
        guard let file else { throw RunError(.failed, "The program's own file cannot be found.") }
        return file
    }

    private func resume(
        _ run: String,
        changing changes: OptionTexts,
        _ program: String
    ) throws -> LaunchedRun {
        var words = ["train", "--resume", run, "--workspace", runs.opened.layout.folder]
        for option in changes.given {
            let texts = changes[option.name] ?? []
            words += texts.map {
                option.kind == .flag ? "--\(option.commandName)" : "--\(option.commandName)=\($0)"
            }
        }
        let process = try ChildProcess(
            program,
            words,
            output: "\(runs.opened.layout.logs)/run-\(run).log",
            appends: true,
            apart: .session
        ).process
        return LaunchedRun(run: run, process: process)
    }
}
