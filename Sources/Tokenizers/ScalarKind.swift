/// The classes of characters that templates distinguish.
package enum ScalarKind: UInt8 {
    case other, letter, number, whitespace

    /// The class of a code point; surrogates are `other`.
    package init(codePoint: UInt32) {
        let kind = CharacterKinds(codePoint: codePoint)
        if CharacterKinds.letters.contains(kind) {
            self = .letter
        } else if CharacterKinds.numbers.contains(kind) {
            self = .number
        } else if CharacterKinds.whitespace.contains(kind) {
            self = .whitespace
        } else {
            self = .other
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The class and the byte length of the character at `position`.
    ///
    /// A byte that is not valid UTF-8 counts as one character of class `other`.
    package func scalar(at position: Int, before limit: Int) -> (kind: ScalarKind, length: Int) {
        let first = self[position]
        if first < 0x80 { return (ScalarKind(codePoint: UInt32(first)), 1) }
        guard let (codePoint, length) = multibyteScalar(at: position, before: limit) else {
            return (.other, 1)
        }
        return (ScalarKind(codePoint: codePoint), length)
    }
}
