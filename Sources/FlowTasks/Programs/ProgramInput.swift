import JSON
import Platform
import Workflows

/// The inputs and outputs of all tasks that start programs.
enum ProgramInput {
    static let all = [
        TaskInput(
            "inputs",
            .any,
            help: "Files and folders whose content decides whether it runs again."
        ),
        TaskInput(
            "outputs",
            .any,
            help: "Files and folders that it writes; they are kept with the result."
        ),
        TaskInput("env", .object, help: "Variables of its environment."),
        TaskSecrets.input("Variables whose values are secret: `{TOKEN: {env: HUB_TOKEN}}`."),
        TaskInput("folder", .text, help: "Its working folder; else that of the flow's file."),
    ]

    static let outputs = [
        TaskOutput("files", .object, help: "The paths of its output files, by name.")
    ]

    /// Other flow runs use a result only if its files are declared.
    static func reuse(of inputs: JSONObject) -> TaskReuse {
        ((try? inputs.texts("outputs")) ?? []).isEmpty ? .sameFlowRun : .anywhere
    }

    /// What the files in `inputs` count as, and that secrets do not count.
    static func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        var contents: [String: JSONValue] = [:]
        if inputs["secrets"] != nil { contents["secrets"] = .null }
        let paths = try inputs.texts("inputs")
        guard !paths.isEmpty else { return contents }
        contents["inputs"] = .array(
            try FlowError.translating {
                try paths.map { path in
                    ["path": .string(path), "digest": .string(try digest(path, in: folder))]
                }
            }
        )
        return contents
    }

    /// The faults of inputs that are known.
    static func faults(_ inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults = TaskSecrets.faults(inputs)
        for name in ["inputs", "outputs"] {
            do { _ = try inputs.texts(name) } catch { faults.append((name, error.message)) }
        }
        do {
            for variable in try inputs.pairs("env") {
                if let fault = fault(ofVariable: variable.name) { faults.append(("env", fault)) }
            }
        } catch {
            faults.append(("env", error.message))
        }
        for path in (try? inputs.texts("outputs")) ?? [] {
            if let fault = TaskResult.File.fault(in: path) { faults.append(("outputs", fault)) }
        }
        if let own = inputs.text("folder"),
            !FilePaths.isFolder(TaskPath.absolute(own, in: folder))
        {
            faults.append(("folder", "\(own) is no folder in \(folder)."))
        }
        return faults
    }

    /// The digest of a file, or of all files in a folder with their names.
    static func digest(_ path: String, in folder: String) throws -> String {
        let full = TaskPath.absolute(path, in: folder)
        guard let status = FileStatus(full) else {
            throw FlowError(.invalid, "The input \(path) does not exist in \(folder).")
        }
        switch status.kind {
        case .file: return try Files.sha256(full).hexadecimal
        case .folder:
            let parts = try Files.names(in: full).map { name in
                "\(name) \(try digest("\(path)/\(name)", in: folder))\n"
            }
            return sha256(of: parts.joined())
        case .link, .special:
            throw FlowError(.invalid, "The input \(path) is neither a file nor a folder.")
        }
    }

    private static func fault(ofVariable name: String) -> String? {
        let isPlain =
            !name.isEmpty && !name.utf8.contains(UInt8(ascii: "=")) && !name.utf8.contains(0)
        return isPlain ? nil : "\(VisibleText.name(name)) is no name of a variable."
    }
}
