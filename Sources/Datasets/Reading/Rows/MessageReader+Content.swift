import JSON

/// The content of a message, as one text or in parts.
extension MessageReader {
    /// The types of parts that are text.
    private static let textTypes = ["text", "input_text", "output_text"]

    /// A member that is a text, or a list of texts that are concatenated.
    func text(_ name: String, of object: JSONObject, in place: String) throws -> String {
        switch object[name] {
        case .array(let parts)?:
            return try parts.enumerated().map { index, part in
                try text(of: part, in: "\(place): part \(index + 1)")
            }.joined()
        case .object(let part)?:
            return try text(of: .object(part), in: "\(place): \(name)")
        default: return try parser.string(name, of: object, in: place)
        }
    }

    private func text(of part: JSONValue, in place: String) throws -> String {
        if case .string(let text) = part { return text }
        guard case .object(let object) = part else {
            throw parser.fault(
                .wrongShape,
                "\(place) is \(parser.kind(of: part)), not a text",
                hint: "a part is {\"type\": \"text\", \"text\": …}"
            )
        }
        let type: String? = if case .string(let type)? = object["type"] { type } else { nil }
        if let type, !Self.textTypes.contains(type) {
            throw parser.fault(
                .wrongShape,
                "\(place) is of the type \(type), and only text is trained on",
                hint: "remove the part, or the row"
            )
        }
        // OpenAI's Assistants API nests the text one level deeper.
        if case .object(let inner)? = object["text"] {
            return try parser.string("value", of: inner, in: place)
        }
        return try parser.string("text", of: object, in: place)
    }
}
