import JSON
import Platform
import Workflows

/// Runs a script of Python, in an environment of its own if it has requirements.
struct PythonTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "python"
    let summary =
        "Runs a script of Python, with its requirements in an environment that is kept; else as `shell`."
    let version = 1
    let effect = TaskEffect.atLeastOnce
    let hasOtherOutputs = true
    let inputs =
        [
            TaskInput("script", .text, isRequired: true, help: "The script."),
            TaskInput("args", .any, help: "Its arguments."),
            TaskInput(
                "requirements",
                .any,
                help:
                    "A `requirements.txt`, or a list of its lines; without them the system's packages."
            ),
            TaskInput("python", .text, help: "The interpreter; else `python3`."),
        ] + ProgramInput.all
    let outputs = ProgramInput.outputs

    func reuse(of inputs: JSONObject) -> TaskReuse { ProgramInput.reuse(of: inputs) }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults = ProgramInput.faults(inputs, folder: folder)
        if let script = inputs.text("script"), let fault = TaskPath.fault(script, in: folder) {
            faults.append(("script", fault))
        }
        if let path = inputs.text("requirements"), let fault = TaskPath.fault(path, in: folder) {
            faults.append(("requirements", fault))
        }
        do { _ = try inputs.texts("args") } catch { faults.append(("args", error.message)) }
        return faults
    }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        var contents = try ProgramInput.content(of: inputs, folder: folder)
        try FlowError.translating {
            if let script = inputs.text("script") {
                contents["script"] = .string(try ProgramInput.digest(script, in: folder))
            }
            if let requirements = try Self.requirements(inputs, folder) {
                contents["requirements"] = .string(sha256(of: requirements))
            }
        }
        return contents
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        let program = try ProgramRun(call, services)
        let script = TaskPath.absolute(try call.required("script"), in: call.folder)
        guard FilePaths.isFile(script) else {
            throw FlowError(.invalid, "The script \(script) does not exist.")
        }
        let arguments = try call.inputs.texts("args")
        let python = call.text("python").map { name in
            name.contains("/") ? TaskPath.absolute(name, in: call.folder) : name
        }
        let interpreter = python ?? "python3"
        guard let requirements = try Self.requirements(call.inputs, call.folder) else {
            return try program.finish(.program(interpreter, [script] + arguments))
        }
        let environment = try PythonEnvironment.make(
            requirements,
            python: interpreter,
            in: services.cacheFolder,
            for: call
        )
        return try program.finish(
            .program(environment.interpreter, [script] + arguments),
            variables: environment.variables
        )
    }

    /// The text of the requirements; nil without any.
    private static func requirements(_ inputs: JSONObject, _ folder: String) throws -> String? {
        if let path = inputs.text("requirements") {
            let full = TaskPath.absolute(path, in: folder)
            guard FilePaths.isFile(full) else {
                throw FlowError(.invalid, "The requirements \(path) do not exist in \(folder).")
            }
            return try Files.text(full)
        }
        let lines = try inputs.texts("requirements")
        return lines.isEmpty ? nil : lines.joined(separator: "\n") + "\n"
    }
}
