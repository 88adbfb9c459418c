import JSON
import Platform
import Workflows

/// One execution of a program for a task: its environment, its lines, its outputs.
struct ProgramRun {
    private let call: TaskCall
    private let services: any TaskServices
    private let secrets: TaskSecrets

    /// - Throws: ``FlowError`` with the code `invalid` for a fault of the inputs.
    init(_ call: TaskCall, _ services: any TaskServices) throws(FlowError) {
        self.call = call
        self.services = services
        for fault in ProgramInput.faults(call.inputs, folder: call.folder) {
            throw FlowError(of: fault.input, fault.fault)
        }
        secrets = try TaskSecrets(call.inputs, in: call.folder)
    }

    /// Runs a command, and reads its outputs.
    ///
    /// - Parameter variables: Further variables of its environment.
    func finish(
        _ command: CapturedProgram.Command,
        variables: [String: String] = [:]
    ) throws -> TaskResult {
        try FlowError.translating {
            // The attempt may be the one after a crash: taking the lock ends what is left of it.
            let lock = try call.lock()
            let outputs = "\(try call.scratch())/outputs"
            try Files.writeNew([], to: outputs, replaces: true)
            var program = CapturedProgram(command, folder: workingFolder)
            program.inherited = lock
            program.grace = { call.grace }
            program.environment = try environment(outputs).merging(variables) { $1 }
            for variable in try call.inputs.pairs("env") {
                program.environment[variable.name] = variable.text
            }
            for secret in secrets.values { program.environment[secret.name] = secret.value }
            let group = Guarded<ProcessGroup?>(nil)
            do {
                let status = try run(program) { started in group.withLock { $0 = started } }
                guard status == .exited(0) else { throw failure(status) }
                return try result(outputs)
            } catch {
                endRest(of: group.withLock { $0 }, lock)
                throw error
            }
        }
    }

    private var workingFolder: String {
        call.text("folder").map { TaskPath.absolute($0, in: call.folder) } ?? call.folder
    }

    private func environment(_ outputs: String) throws -> [String: String] {
        var variables = [
            "WORKBENCH_OUTPUTS": outputs, "WORKBENCH_TASK": call.task,
            "WORKBENCH_TASK_KEY": call.key, "WORKBENCH_FLOW_RUN": call.flowRun,
            "WORKBENCH_ATTEMPT": "\(call.attempt)", "WORKBENCH_FLOW_FOLDER": call.folder,
            // Python's output would be buffered in a pipe.
            "PYTHONUNBUFFERED": "1",
        ]
        guard let run = call.run else { return variables }
        do {
            guard let tracking = try services.tracking(for: run) else { return variables }
            variables["MLFLOW_RUN_ID"] = run
            variables["MLFLOW_TRACKING_URI"] = tracking.address
            if let token = tracking.token { variables["MLFLOW_TRACKING_TOKEN"] = token }
        } catch {
            // Most programs need no tracker.
            call.log("[the program finds no MLflow server: \(FlowError(task: error).message)]")
        }
        return variables
    }

    /// Ends the processes that a failed program has left behind: they would work on beside the next
    /// attempt, or without a task.
    private func endRest(of group: ProcessGroup?, _ lock: Int32?) {
        group?.end(grace: call.grace)
        // What has left the group has inherited the lock.
        if let lock { ProcessGroup.endHolders(of: "/proc/self/fd/\(lock)", grace: call.grace) }
    }

    private func run(
        _ program: CapturedProgram,
        started: (ProcessGroup) -> Void
    ) throws -> ChildProcess.Status {
        let lines = ProgramLines(call, services)
        defer { lines.finish() }
        return try program.run(
            isCancelled: { call.isCancelled },
            started: { group in
                started(group)
                call.started(group.number)
            },
            take: { line in
                lines.take(secrets.masked(line.text), isUpdate: line.isUpdate)
            }
        )
    }

    private func failure(_ status: ChildProcess.Status) -> FlowError {
        switch status {
        case .killed(signal: 9):
            FlowError(
                .failed,
                "The program was ended by signal 9.",
                hint: "The system does this when memory is short."
            )
        case .exited(127):
            // It will not be there at the next attempt either.
            FlowError(.invalid, "The command was not found (status 127).")
        default: FlowError(.failed, "The program failed: \(status).")
        }
    }

    private func result(_ outputs: String) throws -> TaskResult {
        let values = try ProgramOutputs.read(
            secrets.masked(try ProgramOutputs.text(of: outputs))
        )
        let files = try call.inputs.texts("outputs").map { name in
            TaskResult.File(name: name, path: call.path(name))
        }
        return TaskResult(values, files: files)
    }
}
