/// Sets of Unicode general categories, in the syntax of patterns: `\p{L}`, `\s`.
struct CharacterKinds: OptionSet, Hashable, Sendable {
    let rawValue: UInt32

    static let uppercaseLetter = CharacterKinds(rawValue: 1 << 0)
    static let lowercaseLetter = CharacterKinds(rawValue: 1 << 1)
    static let titlecaseLetter = CharacterKinds(rawValue: 1 << 2)
    static let modifierLetter = CharacterKinds(rawValue: 1 << 3)
    static let otherLetter = CharacterKinds(rawValue: 1 << 4)
    static let nonspacingMark = CharacterKinds(rawValue: 1 << 5)
    static let spacingMark = CharacterKinds(rawValue: 1 << 6)
    static let enclosingMark = CharacterKinds(rawValue: 1 << 7)
    static let decimalNumber = CharacterKinds(rawValue: 1 << 8)
    static let letterNumber = CharacterKinds(rawValue: 1 << 9)
    static let otherNumber = CharacterKinds(rawValue: 1 << 10)
    static let connectorPunctuation = CharacterKinds(rawValue: 1 << 11)
    static let dashPunctuation = CharacterKinds(rawValue: 1 << 12)
    static let openPunctuation = CharacterKinds(rawValue: 1 << 13)
    static let closePunctuation = CharacterKinds(rawValue: 1 << 14)
    static let initialPunctuation = CharacterKinds(rawValue: 1 << 15)
    static let finalPunctuation = CharacterKinds(rawValue: 1 << 16)
    static let otherPunctuation = CharacterKinds(rawValue: 1 << 17)
    static let mathSymbol = CharacterKinds(rawValue: 1 << 18)
    static let currencySymbol = CharacterKinds(rawValue: 1 << 19)
    static let modifierSymbol = CharacterKinds(rawValue: 1 << 20)
    static let otherSymbol = CharacterKinds(rawValue: 1 << 21)
    static let spaceSeparator = CharacterKinds(rawValue: 1 << 22)
    static let lineSeparator = CharacterKinds(rawValue: 1 << 23)
    static let paragraphSeparator = CharacterKinds(rawValue: 1 << 24)
    static let control = CharacterKinds(rawValue: 1 << 25)
    /// The control characters that are white space, such as line feed and U+0085.
    static let spacingControl = CharacterKinds(rawValue: 1 << 26)
    static let format = CharacterKinds(rawValue: 1 << 27)
    static let surrogate = CharacterKinds(rawValue: 1 << 28)
    static let privateUse = CharacterKinds(rawValue: 1 << 29)
    static let unassigned = CharacterKinds(rawValue: 1 << 30)
    /// A byte that is not valid UTF-8; of no Unicode category.
    static let invalid = CharacterKinds(rawValue: 1 << 31)

    static let letters: CharacterKinds = [
        .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
    ]
    static let marks: CharacterKinds = [.nonspacingMark, .spacingMark, .enclosingMark]
    static let numbers: CharacterKinds = [.decimalNumber, .letterNumber, .otherNumber]
    static let punctuation: CharacterKinds = [
        .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation,
        .initialPunctuation, .finalPunctuation, .otherPunctuation,
    ]
    static let symbols: CharacterKinds = [
        .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol,
    ]
    static let separators: CharacterKinds = [.spaceSeparator, .lineSeparator, .paragraphSeparator]
    static let others: CharacterKinds = [
        .control, .spacingControl, .format, .surrogate, .privateUse, .unassigned,
    ]
    /// The characters that `\s` matches: all separators and some control characters.
    static let whitespace: CharacterKinds = [.separators, .spacingControl]
    /// The characters that `\w` matches.
    static let wordCharacters: CharacterKinds = [
        .letters, .marks, .decimalNumber, .connectorPunctuation,
    ]

    private static let categories: [String: CharacterKinds] = [
        "L": .letters, "Lu": .uppercaseLetter, "Ll": .lowercaseLetter, "Lt": .titlecaseLetter,
        "Lm": .modifierLetter, "Lo": .otherLetter,
        "M": .marks, "Mn": .nonspacingMark, "Mc": .spacingMark, "Me": .enclosingMark,
        "N": .numbers, "Nd": .decimalNumber, "Nl": .letterNumber, "No": .otherNumber,
        "P": .punctuation, "Pc": .connectorPunctuation, "Pd": .dashPunctuation,
        "Ps": .openPunctuation, "Pe": .closePunctuation, "Pi": .initialPunctuation,
        "Pf": .finalPunctuation, "Po": .otherPunctuation,
        "S": .symbols, "Sm": .mathSymbol, "Sc": .currencySymbol, "Sk": .modifierSymbol,
        "So": .otherSymbol,
        "Z": .separators, "Zs": .spaceSeparator, "Zl": .lineSeparator, "Zp": .paragraphSeparator,
        "C": .others, "Cc": [.control, .spacingControl], "Cf": .format, "Co": .privateUse,
        "Cn": .unassigned,
    ]
}

extension CharacterKinds {
    /// The kinds of `\p{...}`, or nil if the name is not a general category.
    init?(category name: String) {
        guard let kinds = Self.categories[name] else { return nil }
        self = kinds
    }

    /// The kind of a code point.
    @inline(__always)
    init(codePoint: UInt32) {
        if codePoint < UInt32(Self.table.count) {
            self.init(rawValue: 1 << UInt32(Self.table[Int(codePoint)]))
        } else {
            self.init(rare: codePoint)
        }
    }

    private init(rare codePoint: UInt32) {
        self = Unicode.Scalar(codePoint).map { Self.kind($0.properties) } ?? .surrogate
    }

    /// The bit of every code point of the first two planes, which contain nearly all text.
    private static let table: [UInt8] = (0..<0x2_0000).map { codePoint in
        guard let scalar = Unicode.Scalar(UInt32(codePoint)) else {
            return UInt8(CharacterKinds.surrogate.rawValue.trailingZeroBitCount)
        }
        return UInt8(kind(scalar.properties).rawValue.trailingZeroBitCount)
    }

    private static func kind(_ properties: Unicode.Scalar.Properties) -> CharacterKinds {
        switch properties.generalCategory {
        case .uppercaseLetter: .uppercaseLetter
        case .lowercaseLetter: .lowercaseLetter
        case .titlecaseLetter: .titlecaseLetter
        case .modifierLetter: .modifierLetter
        case .otherLetter: .otherLetter
        case .nonspacingMark: .nonspacingMark
        case .spacingMark: .spacingMark
        case .enclosingMark: .enclosingMark
        case .decimalNumber: .decimalNumber
        case .letterNumber: .letterNumber
        case .otherNumber: .otherNumber
        case .connectorPunctuation: .connectorPunctuation
        case .dashPunctuation: .dashPunctuation
        case .openPunctuation: .openPunctuation
        case .closePunctuation: .closePunctuation
        case .initialPunctuation: .initialPunctuation
        case .finalPunctuation: .finalPunctuation
        case .otherPunctuation: .otherPunctuation
        case .mathSymbol: .mathSymbol
        case .currencySymbol: .currencySymbol
        case .modifierSymbol: .modifierSymbol
        case .otherSymbol: .otherSymbol
        case .spaceSeparator: .spaceSeparator
        case .lineSeparator: .lineSeparator
        case .paragraphSeparator: .paragraphSeparator
        case .control: properties.isWhitespace ? .spacingControl : .control
        case .format: .format
        case .surrogate: .surrogate
        case .privateUse: .privateUse
        case .unassigned: .unassigned
        @unknown default: .unassigned
        }
    }
}
