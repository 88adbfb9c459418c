import JSON

/// Reads the tool calls of a message.
struct ToolCallReader {
    let parser: RowParser
    /// The message's name in errors.
    let place: String

    /// The calls of a message, in the form that templates expect.
    func calls(of message: JSONObject) throws -> [JSONValue] {
        switch (message["tool_calls"], message["function_call"]) {
        case (nil, nil), (.null?, nil), (nil, .null?), (.null?, .null?): return []
        case (.array(let calls)?, _): return try calls.map(call)
        case (nil, .object(let function)?), (.null?, .object(let function)?):
            // The older interface: one call, without an id.
            return [try call(["type": "function", "function": .object(function)])]
        case (let value, let other):
            let kind = (value ?? other)?.kind ?? "missing"
            throw parser.fault(.wrongShape, "\(place): tool_calls is \(kind), not a list")
        }
    }

    /// A call, with its arguments as an object: templates write them as JSON, and would quote a
    /// string that contains JSON.
    func call(_ value: JSONValue) throws -> JSONValue {
        guard case .object(let call) = value else {
            throw parser.fault(.wrongShape, "\(place): a call is \(value.kind), not an object")
        }
        let inner: JSONObject? =
            if case .object(let inner)? = call["function"] { inner } else { nil }
        let function = inner ?? call
        guard case .string? = function["name"] else {
            throw parser.fault(
                .wrongShape,
                "\(place): a call names no function",
                hint: "a call is {\"function\": {\"name\": …, \"arguments\": …}}"
            )
        }
        let opened = replacing("arguments", in: function) { value in
            guard case .string(let text) = value,
                case .object(let arguments)? = try? JSONParser.parse(Array(text.utf8))
            else { return value }
            return .object(arguments)
        }
        return .object(
            inner == nil ? opened : replacing("function", in: call) { _ in .object(opened) }
        )
    }

    private func replacing(
        _ name: JSONName,
        in object: JSONObject,
        by change: (JSONValue) -> JSONValue
    ) -> JSONObject {
        object.members.reduce(into: JSONObject()) { result, member in
            let value = member.name == name ? change(member.value) : member.value
            _ = result.insert(value, named: member.name)
        }
    }
}
