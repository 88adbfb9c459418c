package import JSON
import Platform

/// The inputs of a task with their values, and the key that follows from them.
package struct TaskResolution: Sendable {
    /// The values of the inputs.
    package var inputs: JSONObject
    /// What they count as in the key.
    package var contents: JSONObject
    /// Where a result may be used again.
    package var reuse: TaskReuse
    /// The key: of work that may be used anywhere, or of this task in this chain of flow runs.
    package var key: TaskKey

    /// Evaluates the inputs of a task.
    ///
    /// - Parameters:
    ///   - task: The name with the values of its matrix.
    ///   - run: The flow run that it belongs to.
    /// - Throws: ``FlowError`` with the code `invalid` for a missing or wrong value, or what the kind
    ///   throws for a file that does not exist.
    package init(
        _ inputs: [FlowTask.Input],
        of kind: any TaskKind,
        in scope: FlowScope,
        as task: String,
        of run: FlowRunRecord
    ) throws {
        var values = JSONObject()
        var resolved: [(name: String, value: FlowValue)] = []
        for input in inputs {
            let declared = kind.inputs.first { $0.name == input.name }
            let value = try input.value.resolved(in: scope, syntax: declared?.syntax ?? .value)
            if let declared, let type = ValueType(value.value), !declared.type.accepts(type) {
                throw FlowError(
                    .invalid,
                    "\(input.name) is \(value.value.kind), and must be \(declared.type.phrase)."
                )
            }
            // A null input is one that is not given.
            guard value.value != .null else { continue }
            resolved.append((input.name, value))
            _ = values.insert(value.value, named: JSONName(input.name))
        }
        for input in kind.inputs where input.isRequired && values[input.name] == nil {
            throw FlowError(.invalid, "\(kind.name) needs `\(input.name)`.")
        }
        let digests = try kind.content(of: values, folder: run.folder)
        var contents = JSONObject()
        for (name, value) in resolved {
            // What a task has yielded is identified already.
            let isIdentified = value.content != value.value
            let content = isIdentified ? value.content : digests[name] ?? value.content
            if content != .null { _ = contents.insert(content, named: JSONName(name)) }
        }
        for (name, digest) in digests.sorted(by: { $0.key < $1.key }) where digest != .null {
            _ = contents.insert(digest, named: JSONName(name))
        }
        self.inputs = values
        self.contents = contents
        reuse = kind.reuse(of: values)
        let key = TaskKey(kind: kind.name, version: kind.version, contents: contents)
        self.key = reuse == .anywhere ? key : key.scoped(to: task, lineage: run.lineage)
    }
}

extension ValueType {
    /// The type with its article, for messages.
    package var phrase: String {
        switch self {
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .boolean: "true or false"
        case .list: "a list"
        case .object: "names with values"
        case .any: "a value"
        }
    }
}
