import JSON

extension TemplateValue {
    /// A value whose texts, including member names, keep their origin.
    init(_ json: JSONValue, origin: TemplateOrigin) {
        switch json {
        case .null: self = .none
        case .boolean(let value): self = .boolean(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .real(value)
        case .string(let text): self = .text(TemplateText(Array(text.utf8), origin: origin))
        case .array(let values):
            self = .list(TemplateList(values.map { TemplateValue($0, origin: origin) }))
        case .object(let object):
            self = .mapping(
                TemplateMapping(
                    object.members.map { name, value in
                        (
                            .text(TemplateText(Array(name.text.utf8), origin: origin)),
                            TemplateValue(value, origin: origin)
                        )
                    }
                )
            )
        }
    }

    /// A message whose parts keep its number and field.
    init(message: JSONObject, number: Int) {
        self = .mapping(
            TemplateMapping(
                message.members.map { name, value in
                    let field = RenderedChat.Field(messageMember: name)
                    let origin = TemplateOrigin(message: number, field: field)
                    // Only names that users can choose are not the template's own.
                    let nameOrigin = field == .other ? origin : TemplateOrigin(message: number)
                    return (
                        .text(TemplateText(Array(name.text.utf8), origin: nameOrigin)),
                        TemplateValue(value, origin: origin)
                    )
                },
                message: number
            )
        )
    }
}

extension RenderedChat.Field {
    /// The field of a message's member.
    init(messageMember name: JSONName) {
        switch name {
        case "role": self = .role
        case "content": self = .content
        case "reasoning_content", "reasoning", "thinking": self = .reasoning
        case "tool_calls", "function_call": self = .toolCalls
        case "name", "tool_call_id": self = .name
        default: self = .other
        }
    }
}

extension JSONValue {
    /// The bytes of all texts in the value, which limit the work allowed for it.
    var textByteCount: Int {
        switch self {
        case .null, .boolean, .integer, .number: 8
        case .string(let text): text.utf8.count
        case .array(let values): values.reduce(8) { $0 + $1.textByteCount }
        case .object(let object): object.textByteCount
        }
    }
}

extension JSONObject {
    var textByteCount: Int {
        members.reduce(8) { $0 + $1.name.text.utf8.count + $1.value.textByteCount }
    }
}
