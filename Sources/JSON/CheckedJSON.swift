import FoundationEssentials

/// Decodes untrusted JSON in UTF-8.
///
/// Foundation's decoder traps on a text that ends inside some hundred open brackets, and takes the
/// last of two members with one name; the strict parser runs first and refuses both.
public func decodeJSON<Value: Decodable>(_: Value.Type, from bytes: [UInt8]) throws -> Value {
    do {
        _ = try JSONParser.parse(bytes)
    } catch {
        throw DecodingError.dataCorrupted(
            .init(codingPath: [], debugDescription: "byte \(error.offset + 1): \(error.what)")
        )
    }
    return try JSONDecoder().decode(Value.self, from: Data(bytes))
}
