import JSON
import Platform

/// A file with one JSON object.
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
            try ForeignFile.refuse(
                [.gitPointer, .webPage, .pickle, .zip, .safetensors, .gguf, .archive, .empty],
                content,
                path,
                isNo: "JSON file"
            )
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
