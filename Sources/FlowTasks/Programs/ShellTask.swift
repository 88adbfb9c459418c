import JSON
import Platform
import Workflows

/// Runs a command.
struct ShellTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "shell"
    let summary =
        "Runs a command. Lines `key=value` or JSON in `$WORKBENCH_OUTPUTS` become outputs."
    let version = 1
    let effect = TaskEffect.atLeastOnce
    let hasOtherOutputs = true
    let inputs =
        [
            TaskInput(
                "command",
                .any,
                isRequired: true,
                syntax: .command,
                help:
                    "A line for `/bin/sh`, or a list: a program and its arguments, without a shell."
            )
        ] + ProgramInput.all
    let outputs = ProgramInput.outputs

    func reuse(of inputs: JSONObject) -> TaskReuse { ProgramInput.reuse(of: inputs) }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults = ProgramInput.faults(inputs, folder: folder)
        if inputs["command"] != nil {
            do { _ = try Self.command(inputs) } catch { faults.append(("command", error.message)) }
        }
        return faults
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        try ProgramInput.content(of: inputs, folder: folder)
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        try ProgramRun(call, services).finish(Self.command(call.inputs))
    }

    private static func command(
        _ inputs: JSONObject
    ) throws(FlowError) -> CapturedProgram.Command {
        if let line = inputs.text("command") {
            guard line.contains(where: { !$0.isWhitespace }) else {
                throw FlowError(.invalid, "`command` is empty.")
            }
            return .shell(line)
        }
        guard case .array = inputs["command"] else {
            throw FlowError(
                .invalid,
                "`command` is a text, or a list of a program and its arguments."
            )
        }
        let words = try inputs.texts("command")
        guard let program = words.first, !program.isEmpty else {
            throw FlowError(.invalid, "`command` is empty.")
        }
        return .program(program, Array(words.dropFirst()))
    }
}
