public import JSON

/// A task of a flow run: one of the file, with one combination of the values of its matrix.
public struct TaskInstance: Sendable, Equatable {
    /// The name, with the values of the matrix: `sft[seed=1]`.
    public var id: String
    /// The name in the file.
    public var name: String
    /// The place of the task in ``Flow/tasks``.
    public var task: Int
    /// The values of its matrix; empty for a single task.
    public var matrix: JSONObject

    /// Creates an instance from its parts.
    public init(id: String, name: String, task: Int, matrix: JSONObject = JSONObject()) {
        self.id = id
        self.name = name
        self.task = task
        self.matrix = matrix
    }

    /// A scope in which its inputs are resolved: `${matrix.seed}` and `${seed}` are its own.
    public func scope(in scope: FlowScope) -> FlowScope {
        guard !matrix.members.isEmpty else { return scope }
        var scope = scope
        scope.values["matrix"] = FlowValue(.object(matrix))
        for member in matrix.members { scope.values[member.name.text] = FlowValue(member.value) }
        return scope
    }
}
