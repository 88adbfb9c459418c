import JSON

extension FlowFileReader {
    /// Reads and checks the tasks.
    func readTasks(_ node: DocumentNode?, _ defaults: DocumentNode?) -> [FlowTask] {
        guard let node, let entries = node.mapping else { return [] }
        guard entries.count <= Self.maxTasks else {
            faults.add(node.position, "A flow has at most \(Self.maxTasks) tasks.")
            return []
        }
        if entries.isEmpty { faults.add(node.position, "The flow has no tasks.") }
        let parameterNames = Set(parameters.map(\.name))
        for entry in entries where parameterNames.contains(entry.name) {
            faults.add(
                entry.position,
                "\(DocumentFaults.quoted(entry.name)) is the name of a parameter, too."
            )
        }
        let names = names(with: entries)
        let places = Dictionary(entries.map { ($0.name, $0.position) }) { first, _ in first }
        let tasks = entries.map { task($0, defaults, names) }
        checkOrder(tasks, places)
        return tasks
    }

    /// What expressions can refer to.
    private func names(with entries: [DocumentNode.Entry]) -> [String: ExpressionTypes.Name] {
        var names: [String: ExpressionTypes.Name] = [
            "flow": .init(
                type: .object(["run": .text, "name": .text], isOpen: false),
                isOutput: true
            )
        ]
        for parameter in parameters {
            let type: StaticType =
                parameter.defaultValue == .null
                ? StaticType(parameter.type) : .init(of: parameter.defaultValue)
            // Another value may be given: only the outer type is that of the default.
            names[parameter.name] = .init(type: type.widened)
        }
        for entry in entries where names[entry.name] == nil {
            let kind = entry.value["uses"]?.text.flatMap { kinds[$0] }
            let outputs = TaskInputs.outputs(of: kind)
            let hasMatrix = entry.value["matrix"]?.mapping?.isEmpty == false
            names[entry.name] = .init(
                type: hasMatrix ? .list(outputs) : outputs,
                isOutput: true,
                hasMatrix: hasMatrix
            )
        }
        return names
    }

    private func task(
        _ entry: DocumentNode.Entry,
        _ defaults: DocumentNode?,
        _ names: [String: ExpressionTypes.Name]
    ) -> FlowTask {
        let node = entry.value
        let uses = node["uses"]
        var task = FlowTask(name: entry.name, kind: uses?.text ?? "", position: entry.position)
        var types = ExpressionTypes(shared: names, task: entry.name)
        readMatrix(node["matrix"], &task, &types)
        if let uses, let name = uses.text {
            if let kind = kinds[name] {
                TaskInputs(
                    kind: kind,
                    folder: folder,
                    looksOutside: looksOutside,
                    types: types,
                    faults: faults
                )
                .read(node["with"], &task)
            } else {
                faults.add(
                    uses.position,
                    "There is no kind of task \(DocumentFaults.quoted(name))."
                        + DocumentFaults.suggestion(name, kinds.all.map(\.name))
                )
            }
        }
        task.when = condition(node["when"], types)
        readNeeds(node, &task, names)
        readSettings(node, defaults, &task)
        var references: [String] = []
        let templates =
            task.inputs.map(\.value) + task.matrix.map(\.value) + [task.when].compactMap(\.self)
        for name in templates.flatMap(\.references)
        where names[name]?.isOutput == true && name != "flow" && types.local[name] == nil {
            if !references.contains(name) { references.append(name) }
        }
        task.references = references
        return task
    }

    private func readMatrix(
        _ node: DocumentNode?,
        _ task: inout FlowTask,
        _ types: inout ExpressionTypes
    ) {
        guard let node, let entries = node.mapping else { return }
        if entries.isEmpty { faults.add(node.position, "The matrix has no values.") }
        var here = types
        here.outputsAreRefused = "A matrix can refer to parameters only."
        var members: [String: StaticType] = [:]
        for entry in entries {
            if let other = types.shared[entry.name] {
                faults.add(
                    entry.position,
                    "\(DocumentFaults.quoted(entry.name)) is the name of a"
                        + " \(other.isOutput ? "task" : "parameter"), too."
                )
            }
            let position = entry.value.position
            guard let template = ValueTemplate.read(entry.value, faults) else { continue }
            let type = here.type(of: template, at: position, faults)
            switch type {
            case .list(let element): members[entry.name] = element
            case .any: members[entry.name] = .any
            default:
                let name = DocumentFaults.quoted(entry.name)
                faults.add(position, "\(name) must be a list of values, not \(type.described).")
                members[entry.name] = .any
            }
            if case .literal(let value) = template {
                checkMatrixValues(value, entry.name, position)
            }
            task.matrix.append(.init(name: entry.name, value: template, position: entry.position))
        }
        types.local = members
        types.local["matrix"] = .object(members, isOpen: false)
    }

    private func checkMatrixValues(_ value: JSONValue, _ name: String, _ position: SourcePosition) {
        guard case .array(let values) = value else { return }
        let name = DocumentFaults.quoted(name)
        if values.isEmpty { faults.add(position, "\(name) has no values.") }
        var seen: Set<String> = []
        for value in values where !seen.insert(value.compactText).inserted {
            faults.add(position, "\(name) has \(DocumentFaults.quoted(value.compactText)) twice.")
        }
    }

    private func condition(_ node: DocumentNode?, _ types: ExpressionTypes) -> ValueTemplate? {
        guard let node, let template = ValueTemplate.read(node, faults) else { return nil }
        // Another value is a fault of the key already.
        if case .literal(let value) = template { return value.isBoolean ? template : nil }
        let type = types.type(of: template, at: node.position, faults)
        if case .text = template {
            faults.add(node.position, "`when` must be one expression: ${a < b and c}.")
        } else if type != .boolean, type != .any {
            faults.add(node.position, "`when` must be true or false, not \(type.described).")
        }
        return template
    }

    private func readNeeds(
        _ node: DocumentNode,
        _ task: inout FlowTask,
        _ names: [String: ExpressionTypes.Name]
    ) {
        let needs = node["needs"]
        for entry in needs?.list ?? needs.map({ [$0] }) ?? [] {
            guard let name = entry.text else { continue }
            if name == task.name {
                faults.add(entry.position, "\(name) cannot need itself.")
            } else if names[name]?.isOutput != true || name == "flow" {
                let known = names.filter { $0.value.isOutput && $0.key != "flow" }.keys.sorted()
                faults.add(
                    entry.position,
                    "There is no task \(DocumentFaults.quoted(name))."
                        + DocumentFaults.suggestion(name, known)
                )
            } else if !task.needs.contains(name) {
                task.needs.append(name)
            }
        }
        if let trigger = node["run_if"] {
            task.trigger = trigger.text.flatMap(TaskTrigger.init) ?? .succeeded
            if needs == nil, task.trigger != .succeeded {
                faults.add(
                    trigger.position,
                    "`run_if` is about the tasks in `needs`, and there are none."
                )
            }
        }
    }

    private func checkOrder(_ tasks: [FlowTask], _ places: [String: SourcePosition]) {
        guard case .cycle(let cycle) = TaskOrder.sort(TaskEdges(tasks).all),
            let first = cycle.first, let position = places[tasks[first].name]
        else { return }
        let names = cycle.prefix(20).map { tasks[$0].name }.joined(separator: " → ")
        faults.add(position, "The tasks come after one another in a circle: \(names).")
    }
}

extension StaticType {
    /// The type of a parameter, whose default may be replaced by a list of other values.
    fileprivate var widened: StaticType {
        switch self {
        case .list: .list(.any)
        case .object: .object([:], isOpen: true)
        default: self
        }
    }
}
