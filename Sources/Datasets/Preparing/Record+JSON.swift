import ChatTemplates
import JSON
import Tokenizers

extension Record {
    /// The row as JSON in the format `messages` or `text`, which is read as the same row.
    var json: JSONValue {
        var row = JSONObject()
        switch content {
        case .text(let text): _ = row.insert(.string(text), named: "text")
        case .conversation(let dialogue):
            let messages = dialogue.objects.enumerated().map { place, message -> JSONValue in
                var message = message
                if dialogue.unlearnt.contains(place) {
                    _ = message.insert(.integer(0), named: "weight")
                }
                return .object(message)
            }
            _ = row.insert(.array(messages), named: "messages")
            if let tools = dialogue.tools { _ = row.insert(.array(tools), named: "tools") }
        }
        // A member of another format would make the row ambiguous.
        for (name, text) in fields.sorted(by: { $0.key < $1.key })
        where !Self.reserved.contains(JSONName(name)) {
            _ = row.insert(.string(text), named: JSONName(name))
        }
        return .object(row)
    }

    private static let reserved = Set(
        DatasetFormat.allCases.flatMap(\.members).map { JSONName($0) }
    )
}

extension Dataset {
    /// The rows of a part as JSON Lines, which are read as the same rows.
    public func jsonLines(_ part: Part) -> [UInt8] {
        (part == .training ? training : heldOut).reduce(into: []) { bytes, record in
            bytes += record.json.bytes
            bytes.append(UInt8(ascii: "\n"))
        }
    }
}
