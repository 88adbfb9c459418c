import JSON

/// Reads `with`, and checks it against the inputs of a kind.
struct TaskInputs {
    let kind: any TaskKind
    let folder: String
    let types: ExpressionTypes
    let faults: DocumentFaults

    /// The type of what expressions find under the name of a task.
    static func outputs(of kind: (any TaskKind)?) -> StaticType {
        guard let kind else { return .object([:], isOpen: true) }
        // Every task may have files.
        var members: [String: StaticType] = ["files": .object([:], isOpen: true)]
        for output in kind.outputs { members[output.name] = StaticType(output.type) }
        return .object(members, isOpen: kind.hasOtherOutputs)
    }

    /// Reads the inputs of a task, whose matrix is known.
    func read(_ node: DocumentNode?, _ task: inout FlowTask) {
        let before = faults.faults.count
        for entry in node?.mapping ?? [] {
            guard let input = kind.inputs.first(where: { $0.name == entry.name }) else {
                faults.add(
                    entry.position,
                    "\(DocumentFaults.quoted(entry.name)) is no input of \(kind.name)."
                        + DocumentFaults.suggestion(entry.name, kind.inputs.map(\.name))
                )
                continue
            }
            guard let value = ValueTemplate.read(entry.value, syntax: input.syntax, faults) else {
                continue
            }
            check(value, for: input, at: entry.value.position)
            task.inputs.append(
                .init(name: entry.name, value: value, position: entry.value.position)
            )
        }
        addMatrix(&task)
        for input in kind.inputs where input.isRequired {
            guard node?[input.name] == nil, !task.inputs.contains(where: { $0.name == input.name })
            else { continue }
            faults.add(
                node?.position ?? task.position,
                "\(task.name) has no `\(input.name)`, which \(kind.name) needs in `with`:"
                    + " \(input.help)"
            )
        }
        // Checks of values build on their types.
        if faults.faults.count == before { checkValues(task) }
    }

    /// A value of the matrix that has the name of an input becomes that input.
    private func addMatrix(_ task: inout FlowTask) {
        for entry in task.matrix {
            guard let input = kind.inputs.first(where: { $0.name == entry.name }),
                !task.inputs.contains(where: { $0.name == entry.name }),
                let value = try? ValueTemplate.parse("${matrix.\(entry.name)}")
            else { continue }
            check(value, for: input, at: entry.position)
            task.inputs.append(.init(name: entry.name, value: value, position: entry.position))
        }
    }

    private func check(_ value: ValueTemplate, for input: TaskInput, at position: SourcePosition) {
        var type = types.type(of: value, at: position, faults)
        if input.syntax == .command, case .expression = value { type = .text }
        let name = "`\(input.name)` of \(kind.name)"
        guard let valueType = type.valueType else {
            faults.add(position, "\(name) has no value.")
            return
        }
        guard input.type.accepts(valueType) else {
            faults.add(position, "\(name) must be \(input.type.described), not \(type.described).")
            return
        }
    }

    private func checkValues(_ task: FlowTask) {
        var known = JSONObject()
        for input in task.inputs {
            if case .literal(let value) = input.value {
                _ = known.insert(value, named: JSONName(input.name))
            }
        }
        for (name, fault) in kind.faults(in: known, folder: folder) {
            let input = task.inputs.first { $0.name == name }
            faults.add(input?.position ?? task.position, fault)
        }
    }
}
