internal import JSON
internal import Tokenizers

/// A part of a tokenizer's JSON file: an object, and where in which file it stands.
///
/// What it holds is asked for by name; what nobody asked for is refused by `finish`, so that
/// nothing that a tokenizer does is left out in silence.
struct TokenizerFile {
    let object: JSONObject
    let file: String
    /// Such as `pre_tokenizer.pretokenizers[1]`.
    let place: String

    /// Reads the object that a file holds; nil if there is no such file.
    static func read(_ path: String) throws(ModelFileError) -> TokenizerFile? {
        guard let object = try JSONFile.read(path) else { return nil }
        return TokenizerFile(object: object, file: path, place: "")
    }

    /// What the part's `type` says it is.
    var type: String {
        get throws(ModelFileError) {
            guard let type = try string("type") else { throw refusal("it has no \"type\"") }
            return type
        }
    }

    /// That the part is not understood, as one line.
    func refusal(_ reason: String) -> ModelFileError {
        ModelFileError(
            .unsupportedTokenizer,
            "\(file): \(place.isEmpty ? "the file" : place) is not understood: \(reason).",
            hint: "use a model with another tokenizer; this one would be read wrongly"
        )
    }

    private func place(of name: String) -> String { place.isEmpty ? name : "\(place).\(name)" }

    /// Refuses names that are not among these.
    func allowOnly(_ names: String...) throws(ModelFileError) {
        for member in object.members where member.name.text != "type" {
            if names.contains(member.name.text) { continue }
            if case .null = member.value { continue }
            throw refusal("\"\(member.name.text.prefix(60))\" is not known there")
        }
    }

    private func wrong(_ name: String, _ value: JSONValue, _ expected: String) -> ModelFileError {
        refusal("\"\(name)\" is \(value.kind) where \(expected) is expected")
    }

    func string(_ name: String) throws(ModelFileError) -> String? {
        switch object[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some(let value): throw wrong(name, value, "a string")
        }
    }

    func flag(_ name: String) throws(ModelFileError) -> Bool? {
        switch object[name] {
        case nil, .null: return nil
        case .boolean(let flag): return flag
        case .some(let value): throw wrong(name, value, "true or false")
        }
    }

    func id(_ name: String) throws(ModelFileError) -> Int32? {
        switch object[name] {
        case nil, .null: return nil
        case .integer(let number):
            guard let id = Int32(exactly: number), id >= 0 else {
                throw refusal("\"\(name)\" is \(number), which is no token")
            }
            return id
        case .some(let value): throw wrong(name, value, "a number")
        }
    }

    func part(_ name: String) throws(ModelFileError) -> TokenizerFile? {
        switch object[name] {
        case nil, .null: return nil
        case .object(let object):
            return TokenizerFile(object: object, file: file, place: place(of: name))
        case .some(let value): throw wrong(name, value, "an object")
        }
    }

    func list(_ name: String) throws(ModelFileError) -> [JSONValue]? {
        switch object[name] {
        case nil, .null: return nil
        case .array(let values): return values
        case .some(let value): throw wrong(name, value, "a list")
        }
    }

    /// The objects of a list.
    func parts(_ name: String) throws(ModelFileError) -> [TokenizerFile] {
        var parts: [TokenizerFile] = []
        for (index, value) in (try list(name) ?? []).enumerated() {
            guard case .object(let object) = value else { throw wrong(name, value, "objects") }
            let place = "\(place(of: name))[\(index)]"
            parts.append(TokenizerFile(object: object, file: file, place: place))
        }
        return parts
    }
}
