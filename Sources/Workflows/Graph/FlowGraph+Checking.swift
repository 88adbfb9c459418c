public import JSON
public import Platform

extension FlowGraph {
    /// Checks the inputs that follow from the parameters and from matrices alone: datasets that do
    /// not exist, values that an option does not take.
    ///
    /// The reader checks only what a file has literally. Each kind sees equal inputs once.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` and a line `LINE:COLUMN: what` for each fault.
    public func checkInputs(
        of flow: Flow,
        parameters: JSONObject,
        kinds: TaskKinds
    ) throws(FlowError) {
        var base = FlowScope()
        for member in parameters.members {
            base.values[member.name.text] = FlowValue(member.value)
        }
        var seen: Set<[UInt8]> = []
        var lines: [String] = []
        for instance in instances {
            let task = flow.tasks[instance.task]
            guard let kind = kinds[task.kind] else { continue }
            let scope = instance.scope(in: base)
            func add(_ fault: String, _ name: String) {
                let position = task.inputs.first { $0.name == name }?.position ?? task.position
                lines.append("\(position.line):\(position.column): \(instance.id): \(fault)")
            }
            var known = JSONObject()
            for input in task.inputs
            where input.value.references.allSatisfy({ scope.values[$0] != nil }) {
                let syntax = kind.inputs.first { $0.name == input.name }?.syntax ?? .value
                do throws(FlowError) {
                    let value = try input.value.resolved(in: scope, syntax: syntax).value
                    _ = known.insert(value, named: JSONName(input.name))
                } catch {
                    add("`\(input.name)`: \(error.message)", input.name)
                }
            }
            // A fault may be about inputs that are given, but not known yet.
            let given = Set(task.inputs.map(\.name))
            let names = JSONValue.array(given.sorted().map { .string($0) })
            let mark = Array("\(task.kind) ".utf8) + names.bytes + JSONValue.object(known).bytes
            guard seen.insert(mark).inserted else { continue }
            for (name, fault) in kind.faults(in: known, given: given, folder: flow.folder) {
                add(fault, name)
            }
            guard lines.count < DocumentFaults.limit else { break }
        }
        guard let first = lines.first else { return }
        throw FlowError(
            .invalid,
            lines.count == 1
                ? "\(flow.path):\(first)"
                : "The flow \(flow.name) has \(lines.count) inputs that cannot be used.",
            details: lines
        )
    }
}
