import JSON
import Platform

/// Makes a flow from the document of a file, and checks it; all faults are added.
struct FlowFileReader {
    /// The most tasks of a file.
    static let maxTasks = 10_000

    let kinds: TaskKinds
    let folder: String
    /// Whether kinds check what tasks name outside the file.
    let looksOutside: Bool
    let faults: DocumentFaults
    var parameters: [FlowParameter] = []

    init(
        kinds: TaskKinds,
        folder: String,
        looksOutside: Bool = true,
        _ faults: DocumentFaults
    ) {
        self.kinds = kinds
        self.folder = folder
        self.looksOutside = looksOutside
        self.faults = faults
    }

    /// Reads a document; the flow can be used only if there are no faults.
    mutating func flow(_ root: DocumentNode, path: String, source: String) -> Flow? {
        guard let entries = root.mapping else {
            faults.add(
                root.position,
                root.scalar == .null
                    ? "The file is empty." : "A flow begins with `flow: NAME` and has `tasks:`."
            )
            return nil
        }
        FlowFileKeys.flow.check(entries, root.position, faults)
        let name = root["flow"]?.text ?? ""
        if name.count > 200 || name.unicodeScalars.contains(where: { $0.value < 0x20 }) {
            let position = root["flow"]?.position ?? root.position
            faults.add(position, "The name of a flow has at most 200 characters, in one line.")
        }
        readParameters(root["parameters"]?.mapping ?? [])
        let tasks = readTasks(root["tasks"], root["defaults"])
        return Flow(
            name: name,
            path: path,
            folder: folder,
            source: source,
            parameters: parameters,
            tasks: tasks,
            schedules: readSchedules(root["schedule"]),
            hooks: readHooks(root),
            maxParallel: root["max_parallel"]?.int
        )
    }

    /// Reads the name and the parameters.
    mutating func outline(_ root: DocumentNode, path: String, source: String) -> Flow {
        readParameters(root["parameters"]?.mapping ?? [])
        return Flow(
            name: root["flow"]?.text ?? "",
            path: path,
            folder: folder,
            source: source,
            parameters: parameters,
            tasks: []
        )
    }

    private mutating func readParameters(_ entries: [DocumentNode.Entry]) {
        for entry in entries {
            guard let template = ValueTemplate.read(entry.value, faults) else { continue }
            guard case .literal(let value) = template else {
                faults.add(entry.value.position, "The default of a parameter has no expressions.")
                continue
            }
            let parameter = FlowParameter(
                name: entry.name,
                type: entry.value.requiredType ?? ValueType(value) ?? .any,
                defaultValue: value,
                isSecret: SecretName.isSecret(entry.name)
            )
            parameters.append(parameter)
        }
    }

    private func readHooks(_ root: DocumentNode) -> [FlowHook] {
        FlowHook.Occasion.allCases.flatMap { occasion -> [FlowHook] in
            guard let node = root["on_\(occasion.rawValue)"] else { return [] }
            return (node.list ?? [node]).compactMap { hook in
                if let command = hook["command"]?.text {
                    return FlowHook(occasion, .command(command))
                }
                return hook["webhook"]?.text.map { FlowHook(occasion, .webhook($0)) }
            }
        }
    }
}
