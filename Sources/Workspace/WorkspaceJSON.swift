import FoundationEssentials
import Platform

/// The JSON that commands print: one line, keys in snake case and in order.
public enum WorkspaceJSON {
    /// The value in one line; dates as in ISO 8601, what is no finite number as a text.
    public static func encode(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.dateEncodingStrategy = .iso8601
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        encoder.nonConformingFloatEncodingStrategy = .convertToString(
            positiveInfinity: "Infinity",
            negativeInfinity: "-Infinity",
            nan: "NaN"
        )
        return try WorkspaceError.wording {
            String(decoding: try encoder.encode(value), as: UTF8.self)
        }
    }
}
