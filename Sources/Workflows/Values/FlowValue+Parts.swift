import JSON

extension FlowValue {
    /// A list of values.
    init(list elements: [FlowValue]) {
        self.init(.array(elements.map(\.value)), content: .array(elements.map(\.content)))
    }

    /// The member of an object.
    ///
    /// - Parameter name: What the object is called in errors.
    func member(_ member: String, of name: String) throws(ExpressionOperators.Fault) -> FlowValue {
        guard case .object(let object) = value else {
            let hint =
                if case .array = value {
                    ", but a list; take an element with [0] or all with [*]"
                } else { "" }
            throw .init(message: "\(name) is no object with a \(member)\(hint).")
        }
        guard let part = object[member] else {
            throw .init(message: "\(name) has no \(member)\(Self.known(object)).")
        }
        if case .object(let contents) = content, let partContent = contents[member] {
            return FlowValue(part, content: partContent)
        }
        return FlowValue(part)
    }

    /// The element of a list at a number, from the end if that is negative, or the member of an
    /// object.
    func element(_ key: JSONValue, of name: String) throws(ExpressionOperators.Fault) -> FlowValue {
        switch key {
        case .string(let text): return try member(text, of: name)
        case .integer(let index):
            let elements = try elements(of: name)
            let place = index < 0 ? elements.count + index : index
            guard elements.indices.contains(place) else {
                throw .init(
                    message: "\(name) has no element [\(index)], since it has \(elements.count)."
                )
            }
            return elements[place]
        default:
            throw .init(message: "Between [ and ] belongs a number or a text, not \(key.kind).")
        }
    }

    /// The elements of a list.
    func elements(of name: String) throws(ExpressionOperators.Fault) -> [FlowValue] {
        guard case .array(let values) = value else {
            throw .init(message: "\(name) is no list, but \(value.kind).")
        }
        guard case .array(let contents) = content, contents.count == values.count else {
            return values.map { FlowValue($0) }
        }
        return zip(values, contents).map { FlowValue($0, content: $1) }
    }

    private static func known(_ object: JSONObject) -> String {
        let names = object.members.prefix(12).map(\.name.text)
        return names.isEmpty ? "" : ", only \(names.joined(separator: ", "))"
    }
}

extension JSONValue {
    /// The value in a text: numbers in their shortest form, lists and objects as JSON in one line.
    package var compactText: String {
        switch self {
        case .null: "null"
        case .boolean(let flag): flag ? "true" : "false"
        case .integer(let number): String(number)
        case .number(let number): Self.shortText(number)
        case .string(let text): text
        case .array, .object: String(decoding: bytes, as: UTF8.self)
        }
    }

    private static func shortText(_ number: Double) -> String {
        let text = number.description
        return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
    }
}
