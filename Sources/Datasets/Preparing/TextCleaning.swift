/// What is put right in texts before they are trained on.
public struct TextCleaning: Sendable, Equatable, CustomStringConvertible {
    /// One thing that is put right.
    public enum Rule: String, Sendable, Codable, CaseIterable {
        /// Jamo become syllables, letters and their accents one character (Unicode's NFC).
        case nfc
        /// Unusual spaces become spaces, line ends `\n`; none stand at ends of lines and texts.
        case whitespace
        /// The many dots that stand between Korean words become `·` (U+00B7).
        case middleDots = "middle-dots"
        /// Characters without width go, but for those that join emoji.
        case zeroWidth = "zero-width"
        /// Control characters go, those that turn the direction of writing too.
        case control
    }

    /// What is put right.
    public let rules: Set<Rule>

    /// Puts some things right.
    public init(_ rules: Set<Rule>) { self.rules = rules }

    /// All rules, as Korean text needs them.
    public static let korean = TextCleaning(Set(Rule.allCases))

    /// Reads `korean`, or rules by name with commas between.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for a name that is none.
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
                        "there is no cleaning called \"\(name)\"",
                        hint: "give korean for all, or some of \(names)"
                    )
                }
                return rule
            }
        )
    }

    /// The name as which it is read.
    public var description: String {
        self == .korean
            ? "korean"
            : Rule.allCases.filter(rules.contains).map(\.rawValue).joined(separator: ",")
    }
}
