import JSON
import Platform

/// Reads a project of MLflow: an entry point is a task of the shell, its parameters are those of the
/// flow.
///
/// Source: https://mlflow.org/docs/latest/ml/projects.
struct MLProject {
    let folder: String
    let faults: DocumentFaults

    init(folder: String, _ faults: DocumentFaults) {
        self.folder = folder
        self.faults = faults
    }

    private static let environments = ["python_env", "conda_env", "docker_env"]

    private static let keys = FileKeys(
        subject: "an MLproject",
        keys: [
            FileKey("name", .text, "The name."),
            FileKey("python_env", .text, "A file with Python packages."),
            FileKey("conda_env", .text, "A file of conda."),
            FileKey("docker_env", .named(.value), "An image."),
            FileKey("databricks_spark_job", .named(.value, isFree: true), "A job elsewhere."),
            FileKey("entry_points", .named(.keys(entryPoint), isFree: true), "The entry points."),
        ]
    )

    private static let entryPoint = FileKeys(
        subject: "an entry point",
        keys: [
            FileKey("parameters", .named(.value, isFree: true), "The parameters."),
            FileKey("command", .text, isRequired: true, "The command line."),
        ]
    )

    private static let parameter = FileKeys(
        subject: "a parameter",
        keys: [
            FileKey("type", .choice(["string", "float", "int", "path", "uri"]), "The type."),
            FileKey("default", .value, "The default."),
        ]
    )

    /// The flow of an entry point.
    ///
    /// - Parameter name: The entry point; nil for `main`, or the only one.
    func flow(_ root: DocumentNode, entryPoint name: String?) -> FlowText? {
        guard let entries = root.mapping else {
            faults.add(root.position, "An MLproject has `name` and `entry_points`.")
            return nil
        }
        Self.keys.check(entries, root.position, faults)
        guard let point = point(root, name) else { return nil }
        var flow = FlowText(name: root["name"]?.text ?? FilePaths.name(folder))
        flow.notes = ["The entry point \(point.name) of MLproject."]
        for environment in Self.environments {
            guard let node = root[environment] else { continue }
            let file = node.text.map { " \($0)" } ?? ""
            flow.notes.append(
                "Its \(environment)\(file) is not made: the command runs in the environment of this"
                    + " program."
            )
        }
        var names = TaskNames()
        let task = names.name(for: point.name)
        var parameters: [String: String] = [:]
        for entry in point.value["parameters"]?.mapping ?? [] {
            let name = names.name(for: entry.name)
            parameters[entry.name] = name
            let type = type(of: entry)
            flow.parameters.append((name, type, defaultValue(entry.value, type)))
        }
        guard let command = point.value["command"], let text = command.text else { return nil }
        let line = MLProjectCommand.flowCommand(text, parameters) { message in
            faults.add(command.position, message)
        }
        flow.tasks = [.init(name: task, inputs: [("command", .string(line))])]
        return flow
    }

    private func point(_ root: DocumentNode, _ name: String?) -> DocumentNode.Entry? {
        let points = root["entry_points"]?.mapping ?? []
        let position = root["entry_points"]?.position ?? root.position
        let known = points.map(\.name)
        if let name {
            if let point = points.first(where: { $0.name == name }) { return point }
            faults.add(
                position,
                "There is no entry point \(DocumentFaults.quoted(name))."
                    + DocumentFaults.suggestion(name, known)
            )
            return nil
        }
        if let point = points.first(where: { $0.name == "main" }) { return point }
        if points.count == 1 { return points[0] }
        faults.add(
            position,
            known.isEmpty
                ? "The project has no entry points."
                : "Which entry point? There are: \(known.joined(separator: ", "))."
        )
        return nil
    }

    private func type(of entry: DocumentNode.Entry) -> ValueType {
        let node = entry.value
        if let entries = node.mapping {
            Self.parameter.check(entries, node.position, faults)
        } else if node.scalar != .null {
            Self.parameter["type"]?.type.check(node, as: DocumentFaults.quoted(entry.name), faults)
        }
        return switch node["type"]?.text ?? node.text {
        case "float": .number
        case "int": .integer
        default: .text
        }
    }

    /// The default in the type that the parameter has; null if there is none.
    private func defaultValue(_ node: DocumentNode, _ type: ValueType) -> JSONValue {
        guard let value = node["default"], value.scalar != .null else { return .null }
        guard let text = value.text else {
            faults.add(value.position, "The default must be a single value, not \(value.kind).")
            return .null
        }
        let number = CoreSchema.number(text)?.double
        switch type {
        case .number:
            if let number { return .number(number) }
        case .integer:
            if let whole = number.flatMap({ Int(exactly: $0) }) { return .integer(whole) }
        default: return .string(FlowText.literal(text))
        }
        let name = type == .number ? "float" : "int"
        faults.add(value.position, "\(DocumentFaults.quoted(text)) is no \(name).")
        return .null
    }
}
