import JSON
import Platform

/// The settings of a `config.json`.
extension JSONPart {
    /// An integer from 1 to 2^24, so that the product of two cannot overflow.
    func dimension(_ name: String, default fallback: Int? = nil) throws(ModelFileError) -> Int {
        guard has(name) else {
            guard let fallback else { throw missing(name) }
            return fallback
        }
        guard case .integer(let number) = object[name], (1...1 << 24).contains(number) else {
            throw refusal("\(name) is not a whole number from 1 to \(1 << 24)")
        }
        return number
    }

    /// A number that is positive and finite, also in float32.
    func positive(_ name: String, default fallback: Double? = nil) throws(ModelFileError) -> Double
    {
        guard let number = try number(name) ?? fallback else { throw missing(name) }
        guard Float(number).isFinite, Float(number) > 0 else {
            throw refusal("\(name) is not a positive number")
        }
        return number
    }

    /// Whether the setting is null.
    func isNull(_ name: String) -> Bool { object[name] == .null }

    /// A list of numbers.
    func numbers(_ name: String) throws(ModelFileError) -> [Double]? {
        guard let values = try list(name) else { return nil }
        var numbers: [Double] = []
        for value in values {
            switch value {
            case .integer(let number): numbers.append(Double(number))
            case .number(let number): numbers.append(number)
            default: throw wrong(name, value, "numbers")
            }
        }
        return numbers
    }

    private func missing(_ name: String) -> ModelFileError {
        ModelFileError(
            .missingPart,
            "\(file) lacks the setting \(name).",
            hint: "the folder holds no whole model; get it again or use another"
        )
    }

    /// The error for settings that are not supported.
    func unsupported(_ what: String) -> ModelFileError {
        ModelFileError(
            .unsupportedArchitecture,
            "\(file): the model is not supported: \(what).",
            hint: "use another model"
        )
    }
}
