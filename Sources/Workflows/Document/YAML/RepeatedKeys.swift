import Yams

/// Composes the text of a file in which keys are repeated.
///
/// Yams stops at the first mapping with a key twice. Each repetition becomes a fault, and its name is
/// replaced by one that no file has, of the same length, so that the other faults are found, too, and
/// keep their places.
struct RepeatedKeys {
    /// The most repetitions that are looked for: the text is composed again for each.
    private static let limit = 20
    /// The longest text that is composed again, in bytes.
    private static let maxBytes = 1 << 20
    /// The first of the characters that stand for a repeated name, from the private use area.
    private static let firstMark: UInt32 = 0xE000

    private let text: DocumentText
    private let faults: DocumentFaults
    /// The names that stand for repeated ones; what has them is left out.
    private(set) var marks: Set<String> = []

    init(_ text: DocumentText, _ faults: DocumentFaults) {
        self.text = text
        self.faults = faults
    }

    /// The document of the text; nil if it is empty or a fault prevents it.
    ///
    /// - Parameter isEmpty: Set if there is none.
    mutating func compose(isEmpty: inout Bool) -> Node? {
        var changed = text.text
        while true {
            do {
                // No regular expressions: the values follow from ``CoreSchema``.
                let root = try Yams.compose(yaml: changed, .basic)
                isEmpty = root == nil
                return root
            } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
                let first = SourcePosition(line: context.mark.line, column: context.mark.column)
                let key = keys.first ?? ""
                let place = DocumentKeys(changed, after: first).second(key)
                faults.add(
                    place?.position ?? first,
                    "The key \(DocumentFaults.quoted(key)) occurs twice; the first one is at"
                        + " \(first.line):\(first.column)."
                )
                guard let place, marks.count < Self.limit, changed.utf8.count <= Self.maxBytes,
                    let mark = Unicode.Scalar(Self.firstMark + UInt32(marks.count))
                else { return nil }
                let count = changed.unicodeScalars[place.range].count
                let name = String(repeating: String(mark), count: count)
                changed.replaceSubrange(place.range, with: name)
                marks.insert(name)
            } catch {
                let (position, message) = YAMLFault.described(error, text)
                faults.add(position, message)
                return nil
            }
        }
    }
}

/// The keys of the mapping that has a key at a place.
private struct DocumentKeys {
    /// A key as it is written, with its quotes.
    struct Place {
        var position: SourcePosition
        var range: Range<String.Index>
    }

    private let text: String
    private let first: SourcePosition
    private var place: SourcePosition
    private var index: String.Index

    init(_ text: String, after first: SourcePosition) {
        self.text = text
        self.first = first
        place = SourcePosition(line: 1, column: 1)
        index = text.startIndex
        while index < text.endIndex, place.line < first.line || place.column < first.column {
            advance()
        }
    }

    /// The next key of this name.
    func second(_ key: String) -> Place? {
        let names = [key, "\"\(key)\"", "'\(key)'"]
        var block = self
        if let place = block.secondInBlock(names) { return place }
        var flow = self
        return flow.secondInFlow(names)
    }

    /// In a block, all keys begin in the same column, and what is indented less ends it.
    private mutating func secondInBlock(_ names: [String]) -> Place? {
        while index < text.endIndex {
            skipLine()
            while index < text.endIndex, text.unicodeScalars[index] == " " { advance() }
            guard index < text.endIndex else { return nil }
            if isAtLineEnd || text.unicodeScalars[index] == "#" || place.column > first.column {
                continue
            }
            guard place.column == first.column else { return nil }
            if let found = key(of: names) { return found }
        }
        return nil
    }

    /// In `{a: 1, a: 2}`, keys follow the commas that are in no other brackets or quotes.
    private mutating func secondInFlow(_ names: [String]) -> Place? {
        var depth = 0
        var isKeyNext = false
        while index < text.endIndex {
            let scalar = text.unicodeScalars[index]
            switch scalar {
            case "{", "[": depth += 1
            case "}", "]":
                depth -= 1
                if depth < 0 { return nil }
            case ",": if depth == 0 { isKeyNext = true }
            case " ", "\t", "\n", "\r": break
            default:
                if isKeyNext, let found = key(of: names) { return found }
                isKeyNext = false
                if scalar == "\"" || scalar == "'" { skipQuoted(scalar) }
            }
            if index < text.endIndex { advance() }
        }
        return nil
    }

    /// The key here, if it has one of the names.
    private func key(of names: [String]) -> Place? {
        let rest = text[index...]
        for name in names where !name.isEmpty && rest.hasPrefix(name) {
            let after = rest.dropFirst(name.count).drop { $0 == " " || $0 == "\t" }
            guard after.first == ":" else { continue }
            let end = rest.index(index, offsetBy: name.count)
            return Place(position: place, range: index..<end)
        }
        return nil
    }

    /// Moves to the last character of a quoted text.
    private mutating func skipQuoted(_ quote: Unicode.Scalar) {
        advance()
        while index < text.endIndex, text.unicodeScalars[index] != quote {
            let isEscape = quote == "\"" && text.unicodeScalars[index] == "\\"
            advance()
            if isEscape, index < text.endIndex { advance() }
        }
    }

    private var isAtLineEnd: Bool { "\r\n".unicodeScalars.contains(text.unicodeScalars[index]) }

    private mutating func skipLine() {
        let line = place.line
        while index < text.endIndex, place.line == line { advance() }
    }

    /// Moves to the next character; the column counts characters, as libyaml does.
    private mutating func advance() {
        let scalar = text.unicodeScalars[index]
        index = text.unicodeScalars.index(after: index)
        let isReturn =
            scalar == "\r" && (index == text.endIndex || text.unicodeScalars[index] != "\n")
        if scalar == "\n" || isReturn {
            place = SourcePosition(line: place.line + 1, column: 1)
        } else {
            place.column += 1
        }
    }
}
