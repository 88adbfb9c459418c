/// The classes of characters that pre-tokenizers tell apart.
enum ScalarKind: UInt8 {
    case other, letter, number, whitespace

    private init(_ properties: Unicode.Scalar.Properties) {
        if properties.isWhitespace {
            self = .whitespace
            return
        }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            self = .letter
        case .decimalNumber, .letterNumber, .otherNumber:
            self = .number
        default:
            self = .other
        }
    }

    /// The class of a code point; surrogates are `other`.
    init(codePoint: UInt32) {
        if codePoint < 0x1_0000 {
            self = Self.basicPlane[Int(codePoint)]
        } else if let scalar = Unicode.Scalar(codePoint) {
            self.init(scalar.properties)
        } else {
            self = .other
        }
    }

    private static let basicPlane: [ScalarKind] = (0..<0x1_0000).map { codePoint in
        guard let scalar = Unicode.Scalar(UInt16(codePoint)) else { return .other }
        return ScalarKind(scalar.properties)
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The class and the byte length of the character at `position`.
    ///
    /// A byte that is not valid UTF-8 counts as one character of class `other`.
    @inline(__always)
    func scalar(at position: Int, before limit: Int) -> (kind: ScalarKind, length: Int) {
        let first = self[position]
        if first < 0x80 { return (ScalarKind(codePoint: UInt32(first)), 1) }
        guard let (codePoint, length) = multibyteScalar(at: position, before: limit) else {
            return (.other, 1)
        }
        return (ScalarKind(codePoint: codePoint), length)
    }

    /// The code point of a well-formed sequence of two to four bytes.
    private func multibyteScalar(at position: Int, before limit: Int) -> (UInt32, Int)? {
        let first = UInt32(self[position])
        let length: Int
        var codePoint: UInt32
        let least: UInt32
        switch first {
        case 0xC2...0xDF: (length, codePoint, least) = (2, first & 0x1F, 0x80)
        case 0xE0...0xEF: (length, codePoint, least) = (3, first & 0x0F, 0x800)
        case 0xF0...0xF4: (length, codePoint, least) = (4, first & 0x07, 0x1_0000)
        default: return nil
        }
        guard position + length <= limit else { return nil }
        for offset in 1..<length {
            let byte = UInt32(self[position + offset])
            guard byte & 0xC0 == 0x80 else { return nil }
            codePoint = codePoint << 6 | byte & 0x3F
        }
        guard codePoint >= least, Unicode.Scalar(codePoint) != nil else { return nil }
        return (codePoint, length)
    }
}
