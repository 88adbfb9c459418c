public import JSON
public import Platform

extension Flow {
    /// The values of all parameters: those of texts, as `-p name=value` gives them, and defaults.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` for an unknown name, a text that is no value
    ///   of the parameter's type, and parameters without a value; it names all of them.
    public func parameterValues(
        _ texts: [String: String]
    ) throws(FlowError) -> [String: JSONValue] {
        var values: [String: JSONValue] = [:]
        var faults: [String] = []
        for name in texts.keys.sorted() where !parameters.contains(where: { $0.name == name }) {
            faults.append(
                "The flow \(self.name) has no parameter \(DocumentFaults.quoted(name))."
                    + DocumentFaults.suggestion(name, parameters.map(\.name))
            )
        }
        for parameter in parameters {
            guard let text = texts[parameter.name] else {
                values[parameter.name] = parameter.defaultValue
                if parameter.defaultValue == .null {
                    faults.append("The parameter \(parameter.name) has no value.")
                }
                continue
            }
            do throws(FlowError) {
                values[parameter.name] = try parameter.value(of: text)
            } catch {
                faults.append(error.message)
            }
        }
        guard let first = faults.first else { return values }
        let isMissing = first.hasSuffix("has no value.")
        throw FlowError(
            .invalid,
            first,
            hint: isMissing ? "Give it by -p NAME=VALUE." : nil,
            details: faults.count > 1 ? faults : nil
        )
    }
}

extension FlowParameter {
    /// The value that a text stands for.
    ///
    /// - Throws: ``FlowError`` with the code `invalid`, if it is none of the parameter's type.
    public func value(of text: String) throws(FlowError) -> JSONValue {
        switch type {
        case .text: return .string(text)
        case .integer:
            if case .integer(let number) = CoreSchema.number(text) { return .integer(number) }
        case .number:
            if let number = CoreSchema.number(text)?.double, !number.isNaN {
                return .number(number)
            }
        case .boolean:
            if case .boolean(let flag) = CoreSchema.value(of: text) { return .boolean(flag) }
        case .list:
            if case .array(let list) = Self.json(text) { return .array(list) }
        case .object:
            if case .object(let object) = Self.json(text) { return .object(object) }
        case .any: return Self.guessed(text)
        }
        let example =
            switch type {
            case .list: ", written as JSON: [1, 2]"
            case .object: ", written as JSON: {\"name\": 1}"
            default: ""
            }
        let found = isSecret ? "" : ", not \(DocumentFaults.quoted(text))"
        throw FlowError(
            .invalid,
            "The parameter \(name) must be \(type.described)\(example)\(found)."
        )
    }

    /// The value of a text whose type is not known: a number only if the number is written in that
    /// way, so that `007` stays a text.
    private static func guessed(_ text: String) -> JSONValue {
        switch CoreSchema.value(of: text) {
        case .boolean(let flag): return .boolean(flag)
        case .integer(let number) where String(number) == text: return .integer(number)
        case .number(let number) where number.isFinite && text.first != ".": return .number(number)
        default: break
        }
        switch json(text) {
        case .array(let list): return .array(list)
        case .object(let object): return .object(object)
        default: return .string(text)
        }
    }

    private static func json(_ text: String) -> JSONValue? {
        try? JSONParser.parse(Array(text.utf8))
    }
}
