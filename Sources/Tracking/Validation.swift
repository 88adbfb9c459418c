/// The limits of MLflow's store on what is written, so that its clients read all of it.
enum Validation {
    static let keyLength = 250
    static let paramLength = 6000
    static let tagLength = 8000
    static let experimentNameLength = 500

    /// Checks the name of a metric, parameter or tag.
    static func check(key: TrackingKey, of kind: String) throws {
        try check(text: key.text, of: "\(kind) name", limit: keyLength)
        guard !key.text.isEmpty else {
            throw TrackingError(.invalidValue, "A \(kind) must have a name.")
        }
        let isAllowed = key.text.unicodeScalars.allSatisfy { scalar in
            let properties = scalar.properties
            return properties.isAlphabetic || properties.numericType != nil
                || properties.generalCategory == .nonspacingMark
                || "_-. :/".unicodeScalars.contains(scalar)
        }
        guard isAllowed else {
            throw TrackingError(
                .invalidValue,
                "Invalid value '\(printable(key.text))' for parameter '\(kind) name' supplied.",
                hint: "names are made of letters, digits, _ - . : / and spaces"
            )
        }
    }

    /// Checks the id of a run, which names folders and files too.
    static func check(runID id: String) throws {
        let isAllowed = id.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
                true
            default: false
            }
        }
        guard isAllowed, !id.isEmpty, id.utf8.count <= 32 else {
            throw TrackingError(
                .invalidValue,
                "'\(printable(id))' cannot be the id of a run.",
                hint: "ids are up to 32 ASCII letters, digits, _ and -"
            )
        }
    }

    /// Checks a text for its length in Unicode scalars, and for NUL, which SQLite's C
    /// interface takes for the end.
    static func check(text: String, of what: String, limit: Int) throws {
        guard text.utf8.count <= limit || text.unicodeScalars.count <= limit else {
            throw TrackingError(
                .invalidValue,
                "The \(what) '\(printable(String(text.prefix(40))))…' is longer than \(limit) characters.",
                hint: "shorten it, or log it as an artifact"
            )
        }
        guard !text.utf8.contains(0) else {
            throw TrackingError(
                .invalidValue,
                "The \(what) '\(printable(text))' holds a NUL character."
            )
        }
    }

    /// The text with control characters shown as escapes, fit for a message.
    static func printable(_ text: String) -> String {
        var shown = ""
        for scalar in text.unicodeScalars {
            if scalar.properties.generalCategory == .control {
                shown += scalar.escaped(asASCII: true)
            } else {
                shown.unicodeScalars.append(scalar)
            }
        }
        return shown
    }
}
