import Platform

/// The rules by which texts are cleaned before they are trained on.
public struct TextCleaning: Sendable, Equatable, CustomStringConvertible {
    /// A rule.
    public enum Rule: String, Sendable, Codable, CaseIterable {
        /// Jamo become syllables, letters and their accents one character (Unicode's NFC).
        case nfc
        /// Unusual spaces become spaces, line ends `\n`; those at ends of lines and texts are
        /// removed.
        case whitespace
        /// The various dots between Korean words become `·` (U+00B7).
        case middleDots = "middle-dots"
        /// Characters without width are removed, except those that join emoji.
        case zeroWidth = "zero-width"
        /// Control characters are removed, including those that change the text direction.
        case control
    }

    /// The rules.
    public let rules: Set<Rule>

    /// Creates a cleaning of some rules.
    public init(_ rules: Set<Rule>) { self.rules = rules }

    /// All rules, as Korean text needs them.
    public static let korean = TextCleaning(Set(Rule.allCases))

    /// Parses `korean`, or rules by name, separated by commas.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for an unknown name.
    public init(_ text: String) throws {
        guard text != "korean" else {
            self = .korean
            return
        }
        rules = try Set(
            text.split(separator: ",", omittingEmptySubsequences: false).map { name in
                guard let rule = Rule(rawValue: String(name)) else {
                    let names = Rule.allCases.map(\.rawValue).joined(separator: ", ")
                    throw DatasetError(
                        .invalidStep,
                        "there is no cleaning rule \"\(name)\"",
                        hint: "give korean for all, or some of \(names)"
                    )
                }
                return rule
            }
        )
    }

    /// The name in the form that is parsed.
    public var description: String {
        self == .korean
            ? "korean"
            : Rule.allCases.filter(rules.contains).map(\.rawValue).joined(separator: ",")
    }
}
