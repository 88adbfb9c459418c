import JSON

/// The settings in a `config.json`, or in a part of it, read by name.
struct CheckpointSettings {
    let object: JSONObject
    let path: String

    /// Whether a setting is there and not null.
    func has(_ name: String) -> Bool {
        switch object[name] {
        case nil, .null: false
        default: true
        }
    }

    /// A whole number from 1 to 2^24, so that no product of two overflows.
    func dimension(_ name: String, default fallback: Int? = nil) throws(ModelFileError) -> Int {
        guard has(name) else {
            guard let fallback else { throw missing(name) }
            return fallback
        }
        guard case .integer(let number) = object[name], (1...1 << 24).contains(number) else {
            throw contradiction("\(name) is no whole number from 1 to \(1 << 24)")
        }
        return number
    }

    /// A positive finite number.
    func positive(_ name: String, default fallback: Double? = nil) throws(ModelFileError) -> Double
    {
        guard let number = try optionalNumber(name) ?? fallback else { throw missing(name) }
        guard number.isFinite, number > 0 else {
            throw contradiction("\(name) is no positive number")
        }
        return number
    }

    /// A number, if it is there.
    func optionalNumber(_ name: String) throws(ModelFileError) -> Double? {
        switch object[name] {
        case nil, .null: return nil
        case .integer(let number): return Double(number)
        case .number(let number): return number
        default: throw contradiction("\(name) is no number")
        }
    }

    /// A text, if it is there.
    func text(_ name: String) throws(ModelFileError) -> String? {
        switch object[name] {
        case nil, .null: return nil
        case .string(let text): return text
        default: throw contradiction("\(name) is no text")
        }
    }

    /// Texts, if they are there.
    func texts(_ name: String) throws(ModelFileError) -> [String]? {
        guard has(name) else { return nil }
        guard case .array(let values) = object[name] else {
            throw contradiction("\(name) is no list")
        }
        var texts: [String] = []
        for value in values {
            guard case .string(let text) = value else {
                throw contradiction("\(name) holds what is no text")
            }
            texts.append(text)
        }
        return texts
    }

    /// True or false, if it is there.
    func flag(_ name: String) throws(ModelFileError) -> Bool? {
        switch object[name] {
        case nil, .null: return nil
        case .boolean(let flag): return flag
        default: throw contradiction("\(name) is neither true nor false")
        }
    }

    /// An object, if it is there.
    func part(_ name: String) throws(ModelFileError) -> CheckpointSettings? {
        switch object[name] {
        case nil, .null: return nil
        case .object(let object): return CheckpointSettings(object: object, path: path)
        default: throw contradiction("\(name) is no object")
        }
    }

    func missing(_ name: String) -> ModelFileError {
        ModelFileError(
            .missingPart,
            "\(path) lacks the setting \(name).",
            hint: "the folder holds no whole model; get it again or use another"
        )
    }

    func contradiction(_ what: String) -> ModelFileError {
        ModelFileError(
            .corrupt,
            "\(path) cannot be a model's: \(what).",
            hint: ModelFileError.fetchAgain
        )
    }

    func unsupported(_ what: String) -> ModelFileError {
        ModelFileError(
            .unsupportedArchitecture,
            "\(path): the model is not supported: \(what).",
            hint: "use another model"
        )
    }
}
