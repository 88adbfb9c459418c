internal import Tokenizers

extension Unicode.Scalar {
    var kind: ScalarKind { ScalarKind(codePoint: value) }

    /// Whether the character is white space in Python.
    var isPythonSpace: Bool { (0x1C...0x1F).contains(value) || kind == .whitespace }

    /// Whether Python's `repr` does not escape the character.
    var isPrintable: Bool {
        if (0x20..<0x7F).contains(value) { return true }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator,
            .paragraphSeparator, .spaceSeparator:
            false
        default: true
        }
    }

    var isDecimal: Bool { properties.numericType == .decimal }
    var isDigit: Bool { properties.numericType == .digit }
    var isNumeric: Bool { properties.numericType != nil }
}

// MARK: - Tests of all characters

extension TemplateText {
    private var string: String { String(decoding: bytes, as: UTF8.self) }

    /// Whether all characters, and at least one, satisfy a condition.
    func consists(of isSuch: (Unicode.Scalar) -> Bool) -> Bool {
        !isEmpty && string.unicodeScalars.allSatisfy(isSuch)
    }

    /// Whether there are cased letters, none of them lower or title case.
    var isUpper: Bool {
        var isCased = false
        for scalar in string.unicodeScalars {
            let properties = scalar.properties
            if properties.isLowercase || properties.generalCategory == .titlecaseLetter {
                return false
            }
            if properties.isUppercase { isCased = true }
        }
        return isCased
    }

    /// Whether there are cased letters, none of them upper or title case.
    var isLower: Bool {
        var isCased = false
        for scalar in string.unicodeScalars {
            let properties = scalar.properties
            if properties.isUppercase || properties.generalCategory == .titlecaseLetter {
                return false
            }
            if properties.isLowercase { isCased = true }
        }
        return isCased
    }
}

// MARK: - Case

extension TemplateText {
    var uppercased: TemplateText { mapScalars(\.properties.uppercaseMapping) }

    var lowercased: TemplateText {
        guard let sigmas = finalSigmas else { return mapScalars(\.properties.lowercaseMapping) }
        var place = 0
        return mapScalars { scalar in
            defer { place += 1 }
            return sigmas.contains(place) ? "ς" : scalar.properties.lowercaseMapping
        }
    }

    var capitalized: TemplateText {
        titlecased { _ in false }
    }

    /// The result of the filter `title`: each part between spaces and opening brackets is
    /// capitalized.
    var capitalizedWords: TemplateText {
        var result = TemplateText()
        let offsets = scalarOffsets
        let scalars = Array(string.unicodeScalars)
        func isSeparator(_ place: Int) -> Bool {
            "-([{<".unicodeScalars.contains(scalars[place]) || scalars[place].isPythonSpace
        }
        var start = 0
        while start < scalars.count {
            var end = start + 1
            while end < scalars.count, isSeparator(end) == isSeparator(start) { end += 1 }
            result.append(self[offsets[start]..<offsets[start + 1]].uppercased)
            result.append(self[offsets[start + 1]..<offsets[end]].lowercased)
            start = end
        }
        return result
    }

    /// Capitalizes each word; a word begins after a character that `separates`.
    func titlecased(separates: (Unicode.Scalar) -> Bool) -> TemplateText {
        let sigmas = finalSigmas ?? []
        var isStart = true
        var place = 0
        return mapScalars { scalar in
            defer {
                isStart = separates(scalar)
                place += 1
            }
            let properties = scalar.properties
            if isStart { return properties.titlecaseMapping }
            return sigmas.contains(place) ? "ς" : properties.lowercaseMapping
        }
    }

    var swappingCase: TemplateText {
        let sigmas = finalSigmas ?? []
        var place = 0
        return mapScalars { scalar in
            defer { place += 1 }
            let properties = scalar.properties
            if properties.isUppercase {
                return sigmas.contains(place) ? "ς" : properties.lowercaseMapping
            }
            return properties.isLowercase ? properties.uppercaseMapping : String(scalar)
        }
    }

    /// The offsets of the capital sigmas that end a word, which have a lower-case letter of their
    /// own; nil if there is no capital sigma.
    private var finalSigmas: Set<Int>? {
        // Σ is CE A3.
        guard bytes.contains(0xCE) else { return nil }
        let scalars = Array(string.unicodeScalars)
        var places: Set<Int> = []
        for (place, scalar) in scalars.enumerated() where scalar == "Σ" {
            let before = scalars[..<place].last { !$0.properties.isCaseIgnorable }
            let after = scalars[(place + 1)...].first { !$0.properties.isCaseIgnorable }
            if before?.properties.isCased == true, after?.properties.isCased != true {
                places.insert(place)
            }
        }
        return places.isEmpty ? nil : places
    }
}

extension Unicode.Scalar {
    /// The character folded for comparison without case.
    ///
    /// Unicode's full folding is the lower case of the upper case, with these exceptions.
    var casefolded: String {
        switch value {
        case 0x131, 0x13A0...0x13F5: return String(self)
        case 0x13F8...0x13FD, 0xAB70...0xABBF: return properties.uppercaseMapping
        case 0x1E9E: return "ss"
        default:
            return properties.uppercaseMapping.unicodeScalars
                .map(\.properties.lowercaseMapping).joined()
        }
    }
}
