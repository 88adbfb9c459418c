import JSON
import Platform

/// A part of a model's JSON file: an object, and its position in the file.
///
/// Values are requested by name: nil means missing or null, and a value of another kind is an
/// error. `allowOnly` refuses other members where ignoring them would change the meaning.
struct JSONPart {
    /// What the file defines, for error messages.
    enum Subject {
        case model
        case tokenizer
    }

    let object: JSONObject
    let file: String
    /// Such as `pre_tokenizer.pretokenizers[1]`; empty for the whole file.
    let place: String
    let subject: Subject

    /// Reads the object in a file; nil if there is no such file.
    static func read(_ path: String, _ subject: Subject) throws(ModelFileError) -> JSONPart? {
        guard let object = try JSONFile.read(path) else { return nil }
        return JSONPart(object: object, file: path, place: "", subject: subject)
    }

    /// The error that the part is invalid, with a reason.
    func refusal(_ reason: String) -> ModelFileError {
        switch subject {
        case .model:
            ModelFileError(
                .corrupt,
                "\(file) cannot be a model's: \(place.isEmpty ? "" : "\(place): ")\(reason).",
                hint: ModelFileError.fetchAgain
            )
        case .tokenizer:
            ModelFileError(
                .unsupportedTokenizer,
                "\(file): \(place.isEmpty ? "the file" : place) is not understood: \(reason).",
                hint: "use a model with another tokenizer; this one would be read wrongly"
            )
        }
    }

    /// Refuses members with other names.
    func allowOnly(_ names: String...) throws(ModelFileError) {
        for member in object.members where member.name.text != "type" {
            if names.contains(member.name.text) { continue }
            if case .null = member.value { continue }
            throw refusal("\"\(member.name.text.prefix(60))\" is not known there")
        }
    }

    /// Whether a value exists and is not null.
    func has(_ name: String) -> Bool { value(name) != nil }

    func string(_ name: String) throws(ModelFileError) -> String? {
        switch value(name) {
        case nil: return nil
        case .string(let text): return text
        case .some(let value): throw wrong(name, value, "a string")
        }
    }

    func flag(_ name: String) throws(ModelFileError) -> Bool? {
        switch value(name) {
        case nil: return nil
        case .boolean(let flag): return flag
        case .some(let value): throw wrong(name, value, "true or false")
        }
    }

    func number(_ name: String) throws(ModelFileError) -> Double? {
        switch value(name) {
        case nil: return nil
        case .integer(let number): return Double(number)
        case .number(let number): return number
        case .some(let value): throw wrong(name, value, "a number")
        }
    }

    func part(_ name: String) throws(ModelFileError) -> JSONPart? {
        switch value(name) {
        case nil: return nil
        case .object(let object): return part(object, place(of: name))
        case .some(let value): throw wrong(name, value, "an object")
        }
    }

    func list(_ name: String) throws(ModelFileError) -> [JSONValue]? {
        switch value(name) {
        case nil: return nil
        case .array(let values): return values
        case .some(let value): throw wrong(name, value, "a list")
        }
    }

    /// The texts of a list.
    func strings(_ name: String) throws(ModelFileError) -> [String]? {
        guard let values = try list(name) else { return nil }
        var strings: [String] = []
        for value in values {
            guard case .string(let text) = value else { throw wrong(name, value, "strings") }
            strings.append(text)
        }
        return strings
    }

    /// The objects of a list; none if there is no list.
    func parts(_ name: String) throws(ModelFileError) -> [JSONPart] {
        var parts: [JSONPart] = []
        for (index, value) in (try list(name) ?? []).enumerated() {
            guard case .object(let object) = value else { throw wrong(name, value, "objects") }
            parts.append(part(object, "\(place(of: name))[\(index)]"))
        }
        return parts
    }

    /// The error that a value is of another kind than expected.
    func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> ModelFileError {
        refusal("\"\(name)\" is \(value.kind) where \(expected) is expected")
    }

    private func value(_ name: String) -> JSONValue? {
        if case .null = object[name] { nil } else { object[name] }
    }

    private func part(_ object: JSONObject, _ place: String) -> JSONPart {
        JSONPart(object: object, file: file, place: place, subject: subject)
    }

    private func place(of name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }
}
