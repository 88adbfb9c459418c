import JSON
import Platform

/// The combinations of the values of a matrix.
enum MatrixExpansion {
    /// The longest text of a value in the id of an instance.
    private static let maxValueText = 60

    /// The instances of a task: the last name of its matrix varies fastest.
    ///
    /// - Parameter room: How many instances there may be.
    static func instances(
        of task: FlowTask,
        _ place: Int,
        _ scope: FlowScope,
        _ room: Int
    ) throws(FlowError) -> [TaskInstance] {
        var lists: [(name: String, values: [JSONValue])] = []
        var count = 1
        for entry in task.matrix {
            let values = try self.values(of: entry, task, scope)
            count = count.multipliedReportingOverflow(by: values.count).partialValue
            // Checked at each name, so that the product cannot overflow.
            guard count <= room, values.count <= room else { throw tooMany(task) }
            lists.append((entry.name, values))
        }
        guard count <= room else { throw tooMany(task) }
        guard !lists.isEmpty else {
            return [TaskInstance(id: task.name, name: task.name, task: place)]
        }
        return (0..<count).map { number in
            var matrix = JSONObject()
            var texts: [String] = []
            var block = count
            for (name, values) in lists {
                block /= values.count
                let value = values[number / block % values.count]
                _ = matrix.insert(value, named: JSONName(name))
                texts.append("\(name)=\(text(of: value))")
            }
            let id = "\(task.name)[\(texts.joined(separator: ","))]"
            return TaskInstance(id: id, name: task.name, task: place, matrix: matrix)
        }
    }

    private static func tooMany(_ task: FlowTask) -> FlowError {
        FlowError(
            .invalid,
            "With the matrix of \(task.name) the flow run has more than"
                + " \(FlowGraph.maxInstances) tasks.",
            hint: "Give the matrix fewer values."
        )
    }

    private static func values(
        of entry: FlowTask.Input,
        _ task: FlowTask,
        _ scope: FlowScope
    ) throws(FlowError) -> [JSONValue] {
        let place = "\(entry.name) in the matrix of \(task.name)"
        let value: JSONValue
        do throws(FlowError) {
            value = try entry.value.resolved(in: scope).value
        } catch {
            throw FlowError(.invalid, "\(place): \(error.message)", hint: error.hint)
        }
        guard case .array(let values) = value else {
            throw FlowError(.invalid, "\(place) is no list, but \(value.kind).")
        }
        guard !values.isEmpty else { throw FlowError(.invalid, "\(place) is an empty list.") }
        var seen: Set<String> = []
        for value in values {
            if case .null = value { throw FlowError(.invalid, "\(place) has a null in it.") }
            let text = text(of: value)
            guard seen.insert(text).inserted else {
                throw FlowError(.invalid, "\(place) has \(text) twice.")
            }
        }
        return values
    }

    private static func text(of value: JSONValue) -> String {
        let text = VisibleText.line(value.compactText)
        guard text.count > maxValueText else { return text }
        // Long values differ in their digest.
        return "\(text.prefix(maxValueText))…\(sha256(of: text).prefix(8))"
    }
}
