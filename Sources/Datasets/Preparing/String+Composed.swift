@_spi(_Unicode) internal import Swift

extension String {
    /// The text in Unicode's NFC.
    var composed: String {
        guard unicodeScalars.contains(where: { !$0.isPlainlyComposed }) else { return self }
        var scalars = UnicodeScalarView()
        scalars.append(contentsOf: _nfc)
        return String(scalars)
    }

    /// The text in NFC, with one space for any white space and none at its ends.
    var normalized: String {
        var scalars = UnicodeScalarView()
        for scalar in composed.unicodeScalars {
            guard scalar.isSpace else {
                scalars.append(scalar)
                continue
            }
            if let last = scalars.last, last != " " { scalars.append(" ") }
        }
        if scalars.last == " " { scalars.removeLast() }
        return String(scalars)
    }
}

extension Unicode.Scalar {
    /// Whether NFC never changes it, whatever its neighbours.
    ///
    /// This covers most text: Latin, syllables of Hangul, the common Chinese characters,
    /// punctuation.
    fileprivate var isPlainlyComposed: Bool {
        switch value {
        case 0..<0x300, 0xAC00...0xD7A3, 0x4E00...0x9FFF, 0x2010...0x2027, 0x3000...0x3020: true
        default: false
        }
    }

    /// White space, line ends included.
    var isSpace: Bool {
        value < 0x80 ? value == 0x20 || 0x09...0x0D ~= value : properties.isWhitespace
    }
}
