import JSON

/// Reads `with`, and checks it against the inputs of a kind.
struct TaskInputs {
    let kind: any TaskKind
    let folder: String
    /// Whether the kind checks values.
    let looksOutside: Bool
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
        if looksOutside, faults.faults.count == before { checkValues(task) }
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
        if input.syntax == .command { checkArguments(value, of: input, at: position) }
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

    /// An argument of a command is one word.
    private func checkArguments(
        _ value: ValueTemplate,
        of input: TaskInput,
        at position: SourcePosition
    ) {
        guard case .list(let elements) = value else { return }
        for element in elements {
            let type = types.type(of: element, at: position, faults)
            switch type {
            case .list, .object:
                faults.add(
                    position,
                    "An entry of `\(input.name)` must be a text, not \(type.described)."
                )
            default: break
            }
        }
    }

    private func checkValues(_ task: FlowTask) {
        var known = JSONObject()
        for input in task.inputs {
            if case .literal(let value) = input.value {
                _ = known.insert(value, named: JSONName(input.name))
            }
        }
        addFaults(of: known, task)
        for entry in task.matrix {
            guard case .literal(.array(let values)) = entry.value else { continue }
            for value in values.prefix(Self.mostValues) { check(value, of: entry, known, task) }
        }
    }

    /// The most values of a matrix that are checked one by one.
    private static let mostValues = 200

    /// Checks what follows from one value of the matrix alone.
    private func check(
        _ value: JSONValue,
        of entry: FlowTask.Input,
        _ known: JSONObject,
        _ task: FlowTask
    ) {
        var matrix = JSONObject()
        _ = matrix.insert(value, named: JSONName(entry.name))
        let scope = FlowScope([
            entry.name: FlowValue(value), "matrix": FlowValue(.object(matrix)),
        ])
        var inputs = known
        for given in task.inputs {
            let names = given.value.references
            guard let input = kind.inputs.first(where: { $0.name == given.name }), !names.isEmpty,
                names.allSatisfy({ scope.values[$0] != nil }),
                // It may use another name of the matrix.
                let found = try? given.value.resolved(in: scope, syntax: input.syntax).value
            else { continue }
            if let type = ValueType(found), !input.type.accepts(type) {
                faults.add(
                    given.position,
                    "`\(input.name)` of \(kind.name) must be \(input.type.described), not"
                        + " \(type.described)."
                )
                return
            }
            _ = inputs.insert(found, named: JSONName(given.name))
        }
        addFaults(of: inputs, task)
    }

    private func addFaults(of known: JSONObject, _ task: FlowTask) {
        let given = Set(task.inputs.map(\.name))
        for (name, fault) in kind.faults(in: known, given: given, folder: folder) {
            let input = task.inputs.first { $0.name == name }
            faults.add(input?.position ?? task.position, fault)
        }
    }
}
