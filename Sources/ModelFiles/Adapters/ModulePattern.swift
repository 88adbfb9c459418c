/// A Python regular expression for module names, as in PEFT's `target_modules`: it must match the
/// whole of `model.layers.0.self_attn.q_proj`.
///
/// It is matched by sets of possible end positions, so that no expression takes long. Lazy and
/// greedy repetition are equivalent for whole matches. Back references, comments and conditional
/// groups are refused. Source: the documentation of Python's `re`.
struct ModulePattern {
    private indirect enum Node {
        /// One byte in the set.
        case one(Set<UInt8>)
        case sequence([Node])
        case alternatives([Node])
        case repetition(Node, minimum: Int, maximum: Int)
        case look(Node, isAhead: Bool, isNegated: Bool)
        case start
        case end(beforeLineFeed: Bool)
        case wordBorder(isNegated: Bool)
    }

    private let node: Node

    /// Parses the expression of a setting; throws for an unsupported one, with the reason.
    init(_ source: String, of setting: String) throws(ModelFileError) {
        var parser = Parser(source: source, setting: setting, bytes: Array(source.utf8))
        node = try parser.whole()
    }

    /// Whether it matches the whole of a name.
    func matches(_ name: some StringProtocol) -> Bool {
        let name = Array(name.utf8)
        return Self.ends(node, name, 0).contains(name.count)
    }

    private static func ends(_ node: Node, _ name: [UInt8], _ start: Int) -> Set<Int> {
        switch node {
        case .one(let set):
            return start < name.count && set.contains(name[start]) ? [start + 1] : []
        case .sequence(let nodes):
            var places: Set<Int> = [start]
            for node in nodes where !places.isEmpty {
                places = places.reduce(into: []) { $0.formUnion(ends(node, name, $1)) }
            }
            return places
        case .alternatives(let nodes):
            return nodes.reduce(into: []) { $0.formUnion(ends($1, name, start)) }
        case .repetition(let node, let minimum, let maximum):
            return repetition(node, minimum, maximum, name, start)
        case .look(let node, let isAhead, let isNegated):
            let found =
                isAhead
                ? !ends(node, name, start).isEmpty
                : (0...start).contains { ends(node, name, $0).contains(start) }
            return found != isNegated ? [start] : []
        case .start: return start == 0 ? [start] : []
        case .end(let beforeLineFeed):
            let isLast = start + 1 == name.count && name[start] == 0x0A
            return start == name.count || beforeLineFeed && isLast ? [start] : []
        case .wordBorder(let isNegated):
            let before = start > 0 && Self.word.contains(name[start - 1])
            let after = start < name.count && Self.word.contains(name[start])
            return (before != after) != isNegated ? [start] : []
        }
    }

    private static func repetition(
        _ node: Node,
        _ minimum: Int,
        _ maximum: Int,
        _ name: [UInt8],
        _ start: Int
    ) -> Set<Int> {
        var places: Set<Int> = [start]
        for _ in 0..<minimum {
            places = places.reduce(into: []) { $0.formUnion(ends(node, name, $1)) }
        }
        var all = places
        var count = minimum
        while count < maximum, !places.isEmpty {
            let next = places.reduce(into: Set<Int>()) { $0.formUnion(ends(node, name, $1)) }
            places = next.subtracting(all)
            all.formUnion(places)
            count += 1
        }
        return all
    }

    private static let digits = Set(UInt8(ascii: "0")...UInt8(ascii: "9"))
    private static let word = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_".utf8)
        .union(digits)
    private static let space: Set<UInt8> = [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D]
    private static let all = Set(UInt8.min...UInt8.max)
}

// MARK: - Reading

extension ModulePattern {
    private struct Parser {
        let source: String
        let setting: String
        let bytes: [UInt8]
        var position = 0
        var depth = 0
        var ignoresCase = false

        mutating func whole() throws(ModelFileError) -> Node {
            guard bytes.count <= 4096, bytes.allSatisfy({ $0 < 0x80 }) else {
                throw refusal("it is too long, or has characters beyond ASCII")
            }
            if take("(?i)") { ignoresCase = true }
            let node = try alternatives()
            guard position == bytes.count else { throw refusal("it has a \")\" too many") }
            return node
        }

        private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

        private mutating func take(_ text: String) -> Bool {
            guard bytes[position...].starts(with: text.utf8) else { return false }
            position += text.utf8.count
            return true
        }

        private func refusal(_ what: String) -> ModelFileError {
            AdapterConfiguration.refusal(
                "its \(setting) has the expression \"\(source.prefix(80))\", which is not read: \(what)"
            )
        }

        private mutating func alternatives() throws(ModelFileError) -> Node {
            depth += 1
            defer { depth -= 1 }
            guard depth <= 32 else { throw refusal("its groups are nested too deep") }
            var all: [Node] = []
            repeat {
                var nodes: [Node] = []
                while let next, next != UInt8(ascii: "|"), next != UInt8(ascii: ")") {
                    nodes.append(try repeated(atom()))
                }
                all.append(.sequence(nodes))
            } while take("|")
            return all.count == 1 ? all[0] : .alternatives(all)
        }

        private mutating func atom() throws(ModelFileError) -> Node {
            if take("(?=") { return .look(try group(), isAhead: true, isNegated: false) }
            if take("(?!") { return .look(try group(), isAhead: true, isNegated: true) }
            if take("(?<=") { return .look(try group(), isAhead: false, isNegated: false) }
            if take("(?<!") { return .look(try group(), isAhead: false, isNegated: true) }
            if take("(?:") { return try group() }
            if take("(?P<") {
                guard let end = bytes[position...].firstIndex(of: UInt8(ascii: ">")) else {
                    throw refusal("a group's name does not end")
                }
                position = end + 1
                return try group()
            }
            if take("(?") { throw refusal("it has a group of a kind that is not known here") }
            if take("(") { return try group() }
            if take("[") { return .one(try bracket()) }
            if take("^") { return .start }
            if take("$") { return .end(beforeLineFeed: true) }
            if take(".") { return .one(ModulePattern.all.subtracting([0x0A])) }
            if take("\\") { return try escape() }
            guard let next, !"*+?".utf8.contains(next) else {
                throw refusal("there is nothing to repeat")
            }
            position += 1
            return .one(cases([next]))
        }

        private mutating func group() throws(ModelFileError) -> Node {
            let node = try alternatives()
            guard take(")") else { throw refusal("a \")\" is missing") }
            return node
        }

        private mutating func repeated(_ node: Node) throws(ModelFileError) -> Node {
            var (minimum, maximum) = (1, 1)
            if take("*") {
                (minimum, maximum) = (0, .max)
            } else if take("+") {
                (minimum, maximum) = (1, .max)
            } else if take("?") {
                (minimum, maximum) = (0, 1)
            } else if let bounds = try bounds() {
                (minimum, maximum) = bounds
            } else {
                return node
            }
            // Lazy; a possessive one would affect what matches.
            _ = take("?")
            if let next, "*+?".utf8.contains(next) { throw refusal("it repeats a repetition") }
            return .repetition(node, minimum: minimum, maximum: maximum)
        }

        /// `{2}`, `{2,}`, `{,2}`, `{2,3}`; nil for a literal brace, as in Python.
        private mutating func bounds() throws(ModelFileError) -> (Int, Int)? {
            let start = position
            guard take("{") else { return nil }
            let minimum = number()
            var maximum = minimum
            let hasComma = take(",")
            if hasComma { maximum = number() }
            guard take("}"), hasComma || minimum != nil else {
                position = start
                return nil
            }
            let bounds = (minimum ?? 0, maximum ?? .max)
            guard bounds.0 <= min(bounds.1, 1000) else {
                throw refusal("its bounds are impossible")
            }
            return bounds
        }

        private mutating func number() -> Int? {
            let digits = bytes[position...].prefix { ModulePattern.digits.contains($0) }
            position += digits.count
            return Int(String(decoding: digits.prefix(9), as: UTF8.self))
        }

        private mutating func escape() throws(ModelFileError) -> Node {
            switch next {
            case UInt8(ascii: "b"):
                position += 1
                return .wordBorder(isNegated: false)
            case UInt8(ascii: "B"):
                position += 1
                return .wordBorder(isNegated: true)
            case UInt8(ascii: "A"):
                position += 1
                return .start
            case UInt8(ascii: "Z"):
                position += 1
                return .end(beforeLineFeed: false)
            default: return .one(try escapedSet())
            }
        }

        private mutating func escapedSet() throws(ModelFileError) -> Set<UInt8> {
            guard let letter = next else { throw refusal("it ends with a backslash") }
            position += 1
            switch letter {
            case UInt8(ascii: "d"): return ModulePattern.digits
            case UInt8(ascii: "D"): return ModulePattern.all.subtracting(ModulePattern.digits)
            case UInt8(ascii: "w"): return ModulePattern.word
            case UInt8(ascii: "W"): return ModulePattern.all.subtracting(ModulePattern.word)
            case UInt8(ascii: "s"): return ModulePattern.space
            case UInt8(ascii: "S"): return ModulePattern.all.subtracting(ModulePattern.space)
            case _ where ModulePattern.word.contains(letter) && letter != UInt8(ascii: "_"):
                throw refusal("it has the escape \\\(UnicodeScalar(letter))")
            default: return [letter]
            }
        }

        private mutating func bracket() throws(ModelFileError) -> Set<UInt8> {
            let isNegated = take("^")
            var set: Set<UInt8> = []
            var isFirst = true
            while isFirst || next != UInt8(ascii: "]") {
                isFirst = false
                guard let low = next else { throw refusal("a \"]\" is missing") }
                position += 1
                if low == UInt8(ascii: "\\") {
                    set.formUnion(try escapedSet())
                    continue
                }
                guard next == UInt8(ascii: "-"), position + 1 < bytes.count,
                    bytes[position + 1] != UInt8(ascii: "]")
                else {
                    set.insert(low)
                    continue
                }
                let high = bytes[position + 1]
                guard low <= high, high != UInt8(ascii: "\\") else {
                    throw refusal("it has a range that is none")
                }
                position += 2
                set.formUnion(low...high)
            }
            position += 1
            let both = cases(set)
            return isNegated ? ModulePattern.all.subtracting(both) : both
        }

        private func cases(_ set: Set<UInt8>) -> Set<UInt8> {
            guard ignoresCase else { return set }
            return set.union(
                set.compactMap { byte in
                    let isLetter = UnicodeScalar(byte).properties.isAlphabetic && byte < 0x80
                    return isLetter ? byte ^ 0x20 : nil
                }
            )
        }
    }
}
