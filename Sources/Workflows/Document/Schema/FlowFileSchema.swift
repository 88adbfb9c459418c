import JSON

/// The JSON Schema of flows' files, with which editors complete and check them.
///
/// Made from the tables that the reader uses (``FlowFileKeys``) and from the kinds' inputs.
/// Source: JSON Schema, draft 2020-12, https://json-schema.org/draft/2020-12.
public enum FlowFileSchema {
    /// The schema as indented JSON.
    public static func json(kinds: TaskKinds) -> String {
        String(decoding: value(kinds: kinds).indentedBytes, as: UTF8.self)
    }

    /// The schema.
    static func value(kinds: TaskKinds) -> JSONValue {
        var root: [(String, JSONValue)] = [
            ("$schema", "https://json-schema.org/draft/2020-12/schema"),
            ("title", "A flow of Workbench"),
        ]
        root += members(of: FlowFileKeys.flow)
        var definitions: [(String, JSONValue)] = [("task", task(kinds))]
        for kind in kinds.all { definitions.append((name(of: kind), inputs(of: kind))) }
        root.append(("$defs", object(definitions)))
        return object(root)
    }

    /// A task: the inputs in `with` follow from the kind in `uses`.
    private static func task(_ kinds: TaskKinds) -> JSONValue {
        var schema = members(of: FlowFileKeys.task)
        if let place = schema.firstIndex(where: { $0.0 == "properties" }),
            case .object(let old) = schema[place].1
        {
            let names = kinds.all.map { JSONValue.string($0.name) }
            let properties = old.members.map { member -> (String, JSONValue) in
                guard member.name == "uses", let key = FlowFileKeys.task["uses"] else {
                    return (member.name.text, member.value)
                }
                return ("uses", ["description": .string(key.help), "enum": .array(names)])
            }
            schema[place].1 = object(properties)
        }
        let rules = kinds.all.map { kind -> JSONValue in
            let reference = JSONValue.string("#/$defs/\(name(of: kind))")
            var then: [(String, JSONValue)] = [("properties", ["with": ["$ref": reference]])]
            // A value of the matrix may be the required input.
            let required = kind.inputs.filter(\.isRequired).map { input -> JSONValue in
                let name: JSONValue = ["required": [.string(input.name)]]
                return [
                    "anyOf": [
                        ["properties": ["with": name], "required": ["with"]],
                        ["properties": ["matrix": name], "required": ["matrix"]],
                    ]
                ]
            }
            if !required.isEmpty { then.append(("allOf", .array(required))) }
            return [
                "if": [
                    "properties": ["uses": ["const": .string(kind.name)]], "required": ["uses"],
                ],
                "then": object(then),
            ]
        }
        if !rules.isEmpty { schema.append(("allOf", .array(rules))) }
        return object(schema)
    }

    private static func inputs(of kind: any TaskKind) -> JSONValue {
        let properties = kind.inputs.map { input -> (String, JSONValue) in
            (input.name, described(value(of: input.type), input.help))
        }
        return [
            "description": .string(kind.summary), "type": "object",
            "properties": object(properties),
            "additionalProperties": false,
        ]
    }

    private static func name(of kind: any TaskKind) -> String { "with \(kind.name)" }

    /// The members of the schema of a mapping with known keys.
    private static func members(of keys: FileKeys) -> [(String, JSONValue)] {
        let properties = keys.keys.map { ($0.name, described(schema(of: $0.type), $0.help)) }
        let required = keys.keys.filter(\.isRequired).map { JSONValue.string($0.name) }
        var members: [(String, JSONValue)] = [
            ("type", "object"), ("properties", object(properties)), ("additionalProperties", false),
        ]
        if !required.isEmpty { members.append(("required", .array(required))) }
        if !keys.oneOf.isEmpty {
            let choices = keys.oneOf.map { ["required": [.string($0)]] as JSONValue }
            members.append(("oneOf", .array(choices)))
        }
        return members
    }

    private static func schema(of type: FileType) -> JSONValue {
        switch type {
        case .text: ["type": ["string", "number"], "minLength": 1]
        case .name: ["type": "string", "pattern": .string(namePattern)]
        case .choice(let choices): ["enum": .array(choices.map { .string($0) })]
        case .boolean: ["type": "boolean"]
        case .wholeNumber(let range):
            [
                "type": "integer", "minimum": .integer(range.lowerBound),
                "maximum": .integer(range.upperBound),
            ]
        case .number(let range):
            [
                "type": "number", "minimum": .number(range.lowerBound),
                "maximum": .number(range.upperBound),
            ]
        case .duration:
            either(
                ["type": "number", "minimum": 0],
                ["type": "string", "pattern": "^([0-9.]+ ?(w|d|h|m|s|ms) ?)+$"]
            )
        case .memory:
            either(
                ["type": "integer", "minimum": 1],
                ["type": "string", "pattern": "^[0-9.]+ ?([kKmMgGtT]([iI]?[bB])?|[bB])?$"]
            )
        case .instant: ["type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}"]
        case .url: ["type": "string", "pattern": "^https?://[^ ]+$"]
        case .value: true
        case .condition: either(["type": "boolean"], expression)
        case .list(let element): ["type": "array", "items": schema(of: element)]
        case .keys(let keys) where keys.subject == FlowFileKeys.task.subject:
            ["$ref": "#/$defs/task"]
        case .keys(let keys): object(members(of: keys))
        case .named(let value, isFree: false):
            [
                "type": "object", "propertyNames": ["pattern": .string(namePattern)],
                "additionalProperties": schema(of: value),
            ]
        case .named(let value, isFree: true):
            ["type": "object", "additionalProperties": schema(of: value)]
        case .anyOf(let types): ["anyOf": .array(types.map(schema))]
        }
    }

    /// The schema of an input: a value of its type, or an expression.
    private static func value(of type: ValueType) -> JSONValue {
        switch type {
        case .any: true
        case .text: ["type": "string"]
        case .integer: either(["type": "integer"], expression)
        case .number: either(["type": "number"], expression)
        case .boolean: either(["type": "boolean"], expression)
        case .list: either(["type": "array"], expression)
        case .object: either(["type": "object"], expression)
        }
    }

    private static let namePattern = "^[a-z_][a-z0-9_]*$"
    private static let expression: JSONValue = ["type": "string", "pattern": "\\$\\{"]

    private static func either(_ first: JSONValue, _ second: JSONValue) -> JSONValue {
        ["anyOf": [first, second]]
    }

    private static func described(_ schema: JSONValue, _ help: String) -> JSONValue {
        var result = JSONObject()
        _ = result.insert(.string(help), named: "description")
        if case .object(let object) = schema {
            for member in object.members { _ = result.insert(member.value, named: member.name) }
        }
        return .object(result)
    }

    private static func object(_ members: [(String, JSONValue)]) -> JSONValue {
        var object = JSONObject()
        for (name, value) in members { _ = object.insert(value, named: JSONName(name)) }
        return .object(object)
    }
}
