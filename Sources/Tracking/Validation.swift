import Database
import Platform

/// The limits of MLflow's store on what is written, so that its clients can read all of it.
package enum Validation {
    static let keyLength = 250
    static let paramLength = 6000
    static let tagLength = 8000
    static let experimentTagLength = 20_000
    static let experimentNameLength = 500

    /// The kind of thing that a name is for.
    enum KeyKind: String {
        case metric, parameter, tag

        /// The field of a call that contains the name; `place` is its index in a list.
        func field(_ place: Int?) -> String {
            let list = self == .metric ? "metrics" : self == .parameter ? "params" : "tags"
            let name = self == .metric ? "name" : "key"
            return place.map { "\(list)[\($0)].\(name)" } ?? name
        }
    }

    /// Checks the name of a metric, parameter or tag.
    static func check(key: TrackingKey, of kind: KeyKind, at place: Int? = nil) throws {
        try check(text: key.text, of: "\(kind.rawValue) name", limit: keyLength)
        guard !key.text.isEmpty else {
            throw TrackingError(.invalidValue, "A \(kind.rawValue) must have a name.")
        }
        func invalid(_ what: String, _ hint: String) -> TrackingError {
            TrackingError(
                .invalidValue,
                "Invalid value \"\(printable(key.text))\" for parameter '\(kind.field(place))' "
                    + "supplied\(what).",
                hint: hint
            )
        }
        let isAllowed = key.text.unicodeScalars.allSatisfy { scalar in
            let properties = scalar.properties
            return properties.isAlphabetic || properties.numericType != nil
                || properties.generalCategory == .nonspacingMark
                || "_-. :/".unicodeScalars.contains(scalar)
        }
        guard isAllowed else {
            throw invalid("", "names are made of letters, digits, _ - . : / and spaces")
        }
        guard isOneName(key.text) else {
            throw invalid(
                ": read as a path it is another name",
                "leave out . and .. as parts, doubled slashes, and slashes at either end"
            )
        }
    }

    /// Whether a text, read as a path, is that one name, as it must be for metrics that are files.
    static func isOneName(_ text: String) -> Bool {
        !text.utf8.starts(with: "..".utf8)
            && text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
                .allSatisfy {
                    !$0.isEmpty && !$0.elementsEqual(".".utf8) && !$0.elementsEqual("..".utf8)
                }
    }

    /// Checks the id of a logged model, which may be of another store.
    static func check(modelID id: String) throws {
        guard !id.isEmpty, id.utf8.count <= 36, id.utf8.allSatisfy({ 0x21...0x7E ~= $0 }) else {
            throw TrackingError(
                .invalidValue,
                "'\(printable(String(id.prefix(40))))' cannot be the id of a logged model.",
                hint: "ids are m- and 32 hexadecimal digits"
            )
        }
    }

    /// Checks the id of a trace, which names a folder too.
    static func check(traceID id: String) throws {
        guard !id.isEmpty, id.utf8.count <= 50, id.utf8.allSatisfy(isNameByte) else {
            throw TrackingError(
                .invalidValue,
                "'\(printable(String(id.prefix(60))))' cannot be the id of a trace.",
                hint: "ids are tr- and 32 hexadecimal digits"
            )
        }
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    /// Checks the id of a run, which names folders and files too.
    static func check(runID id: String) throws {
        guard id.utf8.allSatisfy(isNameByte), !id.isEmpty, id.utf8.count <= 32 else {
            throw TrackingError(
                .invalidValue,
                "'\(printable(id))' cannot be the id of a run.",
                hint: "ids are up to 32 ASCII letters, digits, _ and -"
            )
        }
    }

    /// Checks a text for its length in Unicode scalars, if limited, and for NUL, which ends a text
    /// in SQLite's C interface.
    static func check(text: String, of what: String, limit: Int? = nil) throws {
        if let limit, text.utf8.count > limit, text.unicodeScalars.count > limit {
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

    /// The text with control characters escaped, for messages.
    package static func printable(_ text: String) -> String {
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
