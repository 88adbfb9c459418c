import JSON
import Platform

/// Typed access to members of a row.
extension RowParser {
    func string(_ name: String, of object: JSONObject, in place: String) throws -> String {
        guard let value = object[name] else {
            throw fault(.wrongShape, "\(place) has no \(name)")
        }
        guard case .string(let text) = value else {
            throw fault(.wrongShape, "\(place): \(name) is \(kind(of: value)), not a string")
        }
        return text
    }

    /// The kind of a value, in the file's spelling if it is missing.
    func kind(of value: JSONValue) -> String {
        if case .null = value { missing } else { value.kind }
    }

    /// The text of a member; empty if it is missing or null.
    func optionalString(_ name: String, of row: JSONObject) throws -> String {
        switch row[name] {
        case nil, .null?: ""
        case .some: try string(name, of: row, in: "the row")
        }
    }

    /// The elements of a list, which may also be JSON in a string, as in tables.
    func list(_ name: String, of row: JSONObject) throws -> [JSONValue] {
        switch row[name] {
        case .array(let values)?: return values
        case .string(let text)?:
            if case .array(let values)? = try? JSONParser.parse(Array(text.utf8)) { return values }
            throw fault(.wrongShape, "\(name) is a string that is not a JSON list")
        case let value:
            throw fault(
                .wrongShape,
                "\(name) is \(value.map(kind(of:)) ?? "missing"), not a list"
            )
        }
    }

    /// The elements of a list that may be missing, null or an empty string.
    func optionalList(_ name: String, of row: JSONObject) throws -> [JSONValue] {
        switch row[name] {
        case nil, .null?: []
        case .string(let text)? where text.isEmpty: []
        case .some: try list(name, of: row)
        }
    }

    func fault(_ code: DatasetError.Code, _ what: String, hint: String? = nil) -> DatasetError {
        DatasetError(code, at: source, what, hint: hint)
    }
}
