import JSON

extension FlowScope {
    /// What all tasks of a flow run can refer to: its parameters and the flow run itself, which does
    /// not count in keys.
    init(_ run: FlowRunRecord) {
        self.init()
        for member in run.parameters.members {
            values[member.name.text] = FlowValue(member.value)
        }
        values["flow"] = FlowValue([
            ("run", FlowValue(.string(run.id), content: .null)),
            ("name", FlowValue(.string(run.flow), content: .null)),
        ])
    }

    /// What the expressions of a task can refer to.
    ///
    /// - Parameter outputs: The outputs of tasks that ended well, by their places; those after the
    ///   last one are missing.
    init(
        of task: FlowTask,
        in flow: Flow,
        _ graph: FlowGraph,
        _ run: FlowRunRecord,
        outputs: [FlowValue?]
    ) {
        self.init(run)
        add(task.references, of: flow, graph, outputs)
    }

    /// Adds the outputs of tasks; of one with a matrix, the list of those of all its values.
    mutating func add(
        _ names: [String],
        of flow: Flow,
        _ graph: FlowGraph,
        _ outputs: [FlowValue?]
    ) {
        for name in names {
            guard let places = graph.places(ofTask: name), let first = places.first else {
                continue
            }
            let found = places.filter { $0 < outputs.count }.map { outputs[$0] }
            if flow.tasks[graph.instances[first].task].matrix.isEmpty {
                values[name] = found.first ?? nil
            } else {
                let known = found.compactMap { $0 }
                values[name] = FlowValue(
                    .array(known.map(\.value)),
                    content: .array(known.map(\.content))
                )
            }
        }
    }
}
