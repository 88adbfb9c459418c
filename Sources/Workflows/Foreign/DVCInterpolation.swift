import JSON

/// Replaces `${name}` in the texts of a `dvc.yaml`; `\${` stands for `${`.
struct DVCInterpolation {
    /// The place of a text, which decides how lists and objects are written.
    enum Use {
        /// In a command, an object becomes options: `--name value`.
        case command
        /// Elsewhere they are errors.
        case text
    }

    let variables: JSONObject
    let faults: DocumentFaults

    init(_ variables: JSONObject, _ faults: DocumentFaults) {
        self.variables = variables
        self.faults = faults
    }

    /// The text with the values of variables.
    func text(_ node: DocumentNode, _ use: Use = .text) -> String {
        guard let text = node.text else { return "" }
        return replaced(text, node.position, use)
    }

    /// The value: that of a variable, if the text is exactly one.
    func value(_ node: DocumentNode) -> JSONValue {
        switch node.content {
        case .scalar(.string(let text), _):
            if text.hasPrefix("${"), text.hasSuffix("}"), text.ranges(of: "${").count == 1 {
                return find(String(text.dropFirst(2).dropLast()), node.position) ?? .null
            }
            return .string(replaced(text, node.position, .text))
        case .scalar(let value, _): return value
        case .list(let elements): return .array(elements.map(value))
        case .mapping(let entries):
            var object = JSONObject()
            for entry in entries {
                _ = object.insert(value(entry.value), named: JSONName(entry.name))
            }
            return .object(object)
        }
    }

    private func replaced(_ text: String, _ position: SourcePosition, _ use: Use) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: "${") {
            result += rest[..<start.lowerBound]
            rest = rest[start.upperBound...]
            if result.hasSuffix("\\") {
                result.removeLast()
                result += "${"
                continue
            }
            guard let end = rest.firstIndex(of: "}") else {
                faults.add(position, "The closing } is missing; \\${ stands for ${.")
                return result
            }
            if let value = find(String(rest[..<end]), position) {
                result += described(value, position, use)
            }
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    private func described(_ value: JSONValue, _ position: SourcePosition, _ use: Use) -> String {
        switch value {
        case .null:
            faults.add(position, "A variable without a value cannot be part of a text.")
            return ""
        // As Python writes them, 1.0 stays 1.0.
        case .number(let number): return number.description
        case .object(let object) where use == .command:
            return options(object, "").joined(separator: " ")
        case .array, .object:
            faults.add(position, "A variable that is \(value.kind) cannot be part of a text.")
            return ""
        default: return value.compactText
        }
    }

    /// `--name value` for each member; true is the name alone, false nothing.
    private func options(_ object: JSONObject, _ prefix: String) -> [String] {
        object.members.flatMap { member -> [String] in
            let name = "--\(prefix)\(member.name.text)"
            switch member.value {
            case .boolean(let flag): return flag ? [ShellWord.quoted(name)] : []
            case .null: return []
            case .object(let inner): return options(inner, "\(prefix)\(member.name.text).")
            case .array(let list):
                return [ShellWord.quoted(name)] + list.map { ShellWord.quoted($0.compactText) }
            case .number(let number): return [ShellWord.quoted(name), number.description]
            default: return [ShellWord.quoted(name), ShellWord.quoted(member.value.compactText)]
            }
        }
    }

    /// The variable of a path such as `train.layers[0].size`.
    private func find(_ path: String, _ position: SourcePosition) -> JSONValue? {
        var value = JSONValue.object(variables)
        let text = path.filter { $0 != " " }
        let parts = text.replacing("]", with: "").split(omittingEmptySubsequences: false) {
            $0 == "." || $0 == "["
        }
        for part in parts {
            switch value {
            case .object(let object):
                guard let next = object[String(part)] else {
                    return missing(path, object, position)
                }
                value = next
            case .array(let list):
                guard let index = Int(part), list.indices.contains(index) else {
                    return missing(path, JSONObject(), position)
                }
                value = list[index]
            default: return missing(path, JSONObject(), position)
            }
        }
        return value
    }

    private func missing(
        _ path: String,
        _ object: JSONObject,
        _ position: SourcePosition
    ) -> JSONValue? {
        faults.add(
            position,
            "There is no variable \(DocumentFaults.quoted(path))."
                + DocumentFaults.suggestion(path, object.members.map(\.name.text))
        )
        return nil
    }
}
