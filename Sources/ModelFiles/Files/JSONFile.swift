import JSON

/// A file that holds one JSON object.
enum JSONFile {
    /// The object; nil if there is no such file.
    static func read(_ path: String) throws(ModelFileError) -> JSONObject? {
        let content: [UInt8]
        do {
            content = try MappedFile.read(path)
        } catch {
            if error.code == .notFound { return nil }
            throw error
        }
        let value: JSONValue
        do {
            value = try JSONParser.parse(content)
        } catch {
            let kind = content.withUnsafeBytes { ForeignFile($0) }
            if let kind, kind != .json {
                throw content.withUnsafeBytes {
                    ForeignFile.error(path, $0, isNo: "JSON file", hint: ModelFileError.fetchAgain)
                }
            }
            throw ModelFileError(
                .corrupt,
                "\(path) is not JSON: \(error.what), at byte \(error.offset).",
                hint: ModelFileError.fetchAgain
            )
        }
        guard case .object(let object) = value else {
            throw ModelFileError(
                .corrupt,
                "\(path) holds \(value.kind) where an object is expected.",
                hint: ModelFileError.fetchAgain
            )
        }
        return object
    }
}
