import Platform

/// Parses the part of the regular expression language that tokenizers use.
///
/// It is that of Oniguruma, which `tokenizers` uses: `$` also matches before a line feed, and
/// `(?i:s)` also matches U+017F.
struct PatternParser {
    private let scalars: [Unicode.Scalar]
    private let source: String
    private var position = 0
    private var depth = 0
    private var ignoresCase = false

    static func parse(_ source: String) throws(TokenizerError) -> PatternNode {
        var parser = PatternParser(source)
        let node = try parser.alternatives()
        if parser.position < parser.scalars.count { throw parser.failure("a \")\" too many") }
        return node
    }

    private init(_ source: String) {
        self.source = source
        scalars = Array(source.unicodeScalars)
    }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private func failure(_ what: String) -> TokenizerError {
        TokenizerError(
            .unsupportedPreTokenizer,
            "The pattern \"\(source.prefix(200))\" is not understood at character \(position): "
                + "\(what).",
            hint: "Use a model whose tokenizer has a simpler pattern."
        )
    }

    private mutating func take(_ text: String) -> Bool {
        let text = Array(text.unicodeScalars)
        guard scalars[position...].starts(with: text) else { return false }
        position += text.count
        return true
    }

    private mutating func alternatives() throws(TokenizerError) -> PatternNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= 32 else { throw failure("groups are nested too deep") }
        var all = [try sequence()]
        while take("|") { all.append(try sequence()) }
        return all.count == 1 ? all[0] : .alternatives(all)
    }

    private mutating func sequence() throws(TokenizerError) -> PatternNode {
        var nodes: [PatternNode] = []
        while let next, next != "|", next != ")" {
            let (node, repeats) = try atom()
            nodes.append(repeats ? try quantified(node) : node)
        }
        return nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    /// The next atom, and whether a quantifier may follow it.
    private mutating func atom() throws(TokenizerError) -> (PatternNode, repeats: Bool) {
        if take("(?i)") {
            ignoresCase = true
            return (.sequence([]), false)
        }
        if take("(?=") { return (try lookahead(isNegated: false), false) }
        if take("(?!") { return (try lookahead(isNegated: true), false) }
        if take("(?i:") { return (try group(ignoringCase: true), true) }
        if take("(?:") { return (try group(ignoringCase: ignoresCase), true) }
        if take("(?") { throw failure("there is no such group here") }
        if take("(") { return (try group(ignoringCase: ignoresCase), true) }
        if take("[") { return (.one(try bracket()), true) }
        if take("$") { return (.lineEnd, false) }
        if take(".") { return (.one(CharacterClass(ranges: [10...10], isNegated: true)), true) }
        if take("\\") {
            let escape = try escape()
            return (
                .one(characters(escape.kinds, escape.ranges, isNegated: escape.isNegated)), true
            )
        }
        guard let next, !"*+?{}^".unicodeScalars.contains(next) else {
            throw failure("nothing to repeat, or an anchor that is not supported")
        }
        position += 1
        return (.one(characters([], [next.value...next.value], isNegated: false)), true)
    }

    private mutating func group(ignoringCase: Bool) throws(TokenizerError) -> PatternNode {
        let outer = ignoresCase
        ignoresCase = ignoringCase
        let node = try alternatives()
        ignoresCase = outer
        guard take(")") else { throw failure("a \")\" is missing") }
        return node
    }

    private mutating func lookahead(isNegated: Bool) throws(TokenizerError) -> PatternNode {
        guard case .one(let characters) = try group(ignoringCase: ignoresCase) else {
            throw failure("only one character can be looked ahead")
        }
        return .lookahead(characters, isNegated: isNegated)
    }

    private mutating func quantified(_ node: PatternNode) throws(TokenizerError) -> PatternNode {
        let (minimum, maximum): (Int, Int?)
        if take("*") {
            (minimum, maximum) = (0, nil)
        } else if take("+") {
            (minimum, maximum) = (1, nil)
        } else if take("?") {
            (minimum, maximum) = (0, 1)
        } else if take("{") {
            (minimum, maximum) = try bounds()
        } else {
            return node
        }
        let isPossessive = take("+")
        if let next, "*+?{".unicodeScalars.contains(next) {
            throw failure("this kind of repetition is not supported")
        }
        if node.mayBeEmpty { throw failure("an expression that may be empty cannot be repeated") }
        if isPossessive, case .one = node {
        } else if isPossessive {
            throw failure("a group cannot be repeated possessively")
        }
        return .repetition(node, minimum: minimum, maximum: maximum, isPossessive: isPossessive)
    }

    private mutating func bounds() throws(TokenizerError) -> (Int, Int?) {
        let minimum = try number() ?? 0
        var maximum: Int? = minimum
        if take(",") { maximum = try number() }
        guard take("}"), maximum.map({ $0 >= minimum && $0 > 0 }) ?? true else {
            throw failure("a repetition's bounds are not understood")
        }
        return (minimum, maximum)
    }

    private mutating func number() throws(TokenizerError) -> Int? {
        var value: Int?
        while let next, ("0"..."9").contains(next) {
            value = (value ?? 0) * 10 + Int(next.value - 48)
            if let value, value > 1_000 { throw failure("a repetition is too long") }
            position += 1
        }
        return value
    }
}

// MARK: - Classes

extension PatternParser {
    private typealias Part = (kinds: CharacterKinds, ranges: [ClosedRange<UInt32>], isNegated: Bool)

    /// The class after `[`.
    private mutating func bracket() throws(TokenizerError) -> CharacterClass {
        let isNegated = take("^")
        var kinds: CharacterKinds = []
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while isFirst || next != "]" {
            guard let scalar = next else { throw failure("a \"]\" is missing") }
            if scalar == "[" { throw failure("a class inside a class is not supported") }
            if take("&&") { throw failure("classes cannot be intersected") }
            isFirst = false
            position += 1
            var part: Part = ([], [scalar.value...scalar.value], false)
            if scalar == "\\" { part = try escape() }
            if part.isNegated {
                kinds.formUnion(part.kinds.symmetricDifference(CharacterKinds(rawValue: .max)))
                continue
            }
            if let low = part.ranges.first?.lowerBound, next == "-", position + 1 < scalars.count,
                scalars[position + 1] != "]"
            {
                position += 1
                let high = try rangeEnd()
                guard low <= high else { throw failure("a range is the wrong way round") }
                part.ranges = [low...high]
            }
            kinds.formUnion(part.kinds)
            ranges += part.ranges
        }
        position += 1
        return characters(kinds, ranges, isNegated: isNegated)
    }

    private mutating func rangeEnd() throws(TokenizerError) -> UInt32 {
        if take("\\") {
            guard let end = try escape().ranges.first?.lowerBound else {
                throw failure("a range cannot end with a class")
            }
            return end
        }
        guard let next else { throw failure("a \"]\" is missing") }
        position += 1
        return next.value
    }

    /// The meaning of an escape: one character as a range, or kinds.
    private mutating func escape() throws(TokenizerError) -> Part {
        guard let letter = next else { throw failure("an escape is missing") }
        position += 1
        func one(_ value: UInt32) -> Part { ([], [value...value], false) }
        switch letter {
        case "r": return one(0x0D)
        case "n": return one(0x0A)
        case "t": return one(0x09)
        case "f": return one(0x0C)
        case "v": return one(0x0B)
        case "s": return (.whitespace, [], false)
        case "S": return (.whitespace, [], true)
        case "d": return (.decimalNumber, [], false)
        case "D": return (.decimalNumber, [], true)
        case "w": return (.wordCharacters, [], false)
        case "W": return (.wordCharacters, [], true)
        case "p", "P": return (try category(), [], letter == "P")
        case "x" where take("{"), "u" where take("{"):
            return one(try hexadecimal(until: "}"))
        case "u": return one(try hexadecimal(digits: 4))
        case "x": return one(try hexadecimal(digits: 2))
        case _ where letter.properties.isAlphabetic || ("0"..."9").contains(letter):
            throw failure("the escape \\\(letter) is not supported")
        default: return one(letter.value)
        }
    }

    private mutating func category() throws(TokenizerError) -> CharacterKinds {
        guard take("{"), let end = scalars[position...].firstIndex(of: "}") else {
            throw failure("a category in braces is expected")
        }
        var name = String.UnicodeScalarView()
        name.append(contentsOf: scalars[position..<end])
        guard let kinds = CharacterKinds(category: String(name)) else {
            throw failure("the category \"\(String(name).prefix(40))\" is not known")
        }
        position = end + 1
        return kinds
    }

    private mutating func hexadecimal(
        digits: Int = 6,
        until end: String? = nil
    ) throws(TokenizerError) -> UInt32 {
        var value: UInt32 = 0
        var count = 0
        while count < digits, let next, let digit = Character(next).hexDigitValue {
            value = value << 4 | UInt32(digit)
            position += 1
            count += 1
        }
        guard count > 0, end == nil ? count == digits : take(end ?? ""),
            Unicode.Scalar(value) != nil
        else { throw failure("a character's number is not understood") }
        return value
    }

    /// A class, with the letters of the other case if case is ignored.
    private func characters(
        _ kinds: CharacterKinds,
        _ ranges: [ClosedRange<UInt32>],
        isNegated: Bool
    ) -> CharacterClass {
        var ranges = ranges
        if ignoresCase {
            for range in ranges where range.count == 1 {
                guard let scalar = Unicode.Scalar(range.lowerBound) else { continue }
                for text in [
                    scalar.properties.uppercaseMapping, scalar.properties.lowercaseMapping,
                ]
                where text.unicodeScalars.count == 1 {
                    ranges += text.unicodeScalars.map { $0.value...$0.value }
                }
                // The long s and the Kelvin sign are case variants of these as well.
                if scalar == "s" || scalar == "S" { ranges.append(0x17F...0x17F) }
                if scalar == "k" || scalar == "K" { ranges.append(0x212A...0x212A) }
            }
        }
        return CharacterClass(kinds: kinds, ranges: ranges, isNegated: isNegated)
    }
}
