package import Platform
package import Runs
import Tracking
import Workflows

/// A command whose run this process holds, and whose output it keeps with the run.
package struct WatchedCommand: Sendable {
    private let runs: RunService
    private let script: PreparedScript
    private let log: BoundedLog

    /// Makes the run of a command.
    ///
    /// Blocks.
    package init(_ request: ScriptRequest, in workspace: Workspace) throws {
        runs = workspace.runs
        script = try WorkspaceError.translating { try workspace.runs.prepare(request) }
        log = BoundedLog(folder: script.folder.output)
    }

    /// The id of the run.
    package var run: String { script.record.id }
    /// The name of the run.
    package var name: String { script.record.name }
    /// The number of the run's experiment.
    package var experimentID: String { "\(script.record.experimentID)" }
    /// The file of the output, once the command has ended.
    package var outputLog: String { script.folder.outputLog }

    /// Runs the command to its end, on the calling thread.
    ///
    /// - Parameters:
    ///   - environment: Is added to the command's.
    ///   - line: Called with each line of its output.
    ///   - metrics: Called with what was read from the output.
    ///   - note: Called with what there is to say about the attempts.
    package func execute(
        control: ScriptControl,
        environment: [String: String],
        line: @escaping (OutputLine) -> Void,
        metrics: @escaping ([PrintedMetric]) -> Void,
        note: @escaping (String) -> Void
    ) -> ScriptOutcome {
        runs.execute(
            script,
            control: control,
            environment: environment,
            line: { printed in
                // A bar that is overwritten a thousand times is kept once.
                if !printed.isUpdate { log.append(printed.text) }
                line(printed)
            },
            metrics: metrics,
            note: { text in
                log.append("[workbench: \(text)]")
                note(text)
            },
            finish: { try keepOutput() }
        )
    }

    /// Makes one file of what was kept of the output.
    private func keepOutput() throws {
        if try BoundedLog.copy(script.folder.output, to: script.folder.outputLog) {
            Files.remove(script.folder.output)
        }
    }
}
