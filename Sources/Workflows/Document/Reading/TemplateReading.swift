import JSON

extension ValueTemplate {
    /// The value of a part of a file; nil if an expression in it cannot be read, which is a fault.
    ///
    /// - Parameter syntax: How its text is read; that of a list's elements is always a value.
    static func read(
        _ node: DocumentNode,
        syntax: TaskInput.Syntax = .value,
        _ faults: DocumentFaults
    ) -> ValueTemplate? {
        switch node.content {
        case .scalar(.string(let text), _):
            do throws(TemplateFault) {
                let places = node.placeholders
                return try parse(text, syntax: syntax) { number in
                    number < places.count ? places[number] : node.position
                }
            } catch {
                faults.add(error.position ?? node.position, error.message)
                return nil
            }
        case .scalar(let value, _): return .literal(value)
        case .list(let nodes):
            let elements = nodes.map { read($0, faults) }
            guard !elements.contains(where: { $0 == nil }) else { return nil }
            let list = ValueTemplate.list(elements.compactMap { $0 })
            return list.isLiteral ? .literal(list.literalValue) : list
        case .mapping(let entries):
            let members = entries.map { (name: $0.name, value: read($0.value, faults)) }
            guard !members.contains(where: { $0.value == nil }) else { return nil }
            let object = ValueTemplate.object(
                members.compactMap { member in member.value.map { (member.name, $0) } }
            )
            return object.isLiteral ? .literal(object.literalValue) : object
        }
    }

    /// The value of one without expressions, in which `$${` has become `${`.
    private var literalValue: JSONValue {
        switch self {
        case .literal(let value): return value
        case .list(let elements): return .array(elements.map(\.literalValue))
        case .object(let members):
            var object = JSONObject()
            for member in members {
                _ = object.insert(member.value.literalValue, named: JSONName(member.name))
            }
            return .object(object)
        case .expression, .text: return .null
        }
    }
}
