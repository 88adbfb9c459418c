/// The `meta.yaml` of MLflow's file store: one level of `key: value`, as PyYAML writes it.
///
/// Scalars may be plain, in single or in double quotes, and folded over several lines.
/// Lists and nested mappings are skipped. Anything else is refused: a value that is read
/// wrongly is worse than one that is missing.
struct FlatYAML {
    /// What is wrong, and in which line.
    struct Fault: Error, CustomStringConvertible {
        let line: Int
        let message: String
        var description: String { "line \(line): \(message)" }
    }

    private struct Scalar {
        let text: String
        let isQuoted: Bool
    }

    private var scalars: [TrackingKey: Scalar] = [:]

    /// The text of a value, if it is there and not null.
    func text(_ key: TrackingKey) -> String? {
        guard let scalar = scalars[key] else { return nil }
        let isNull = !scalar.isQuoted && ["", "~", "null", "Null", "NULL"].contains(scalar.text)
        return isNull ? nil : scalar.text
    }

    /// The whole number of a value that is one, in quotes or not.
    func integer(_ key: TrackingKey) -> Int? {
        text(key).flatMap { Int($0) }
    }

    /// Reads a file.
    ///
    /// - Throws: `Fault`.
    init(_ bytes: [UInt8]) throws {
        guard let content = String(validating: bytes, as: UTF8.self) else {
            throw Fault(line: 1, message: "it is not UTF-8")
        }
        let bytes = Array(content.utf8)
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            .map { $0.last == UInt8(ascii: "\r") ? $0.dropLast() : $0 }
        var place = 0
        while place < lines.count {
            try readEntry(lines, &place)
        }
    }

    private mutating func readEntry(_ lines: [ArraySlice<UInt8>], _ place: inout Int) throws {
        let (line, number) = (lines[place], place + 1)
        place += 1
        let isMark = line.elementsEqual("---".utf8) || line.elementsEqual("...".utf8)
        if line.allSatisfy({ $0 == Self.space }) || line.first == UInt8(ascii: "#") || isMark {
            return
        }
        guard let first = line.first, Self.isNameByte(first) else {
            throw Fault(line: number, message: "no key begins here")
        }
        let name = line.prefix(while: Self.isNameByte)
        var rest = line.dropFirst(name.count)
        guard rest.first == UInt8(ascii: ":"),
            rest.count == 1 || rest.dropFirst().first == Self.space
        else { throw Fault(line: number, message: "no `: ` follows the key") }
        rest = rest.dropFirst().drop { $0 == Self.space }
        let key = TrackingKey(String(decoding: name, as: UTF8.self))
        guard scalars[key] == nil else {
            throw Fault(line: number, message: "\(key) is there twice")
        }
        let scalar: Scalar?
        switch rest.first {
        case UInt8(ascii: "'"), UInt8(ascii: "\""):
            scalar = try Self.quoted(rest, lines, &place)
        case .none:
            scalar = Self.skipNested(lines, &place) ? nil : Scalar(text: "", isQuoted: false)
        case .some(let byte):
            if rest.elementsEqual("[]".utf8) || rest.elementsEqual("{}".utf8) { return }
            guard !"[]{}&*!|>%@`,?#".utf8.contains(byte) else {
                throw Fault(line: number, message: "this kind of value is not expected here")
            }
            scalar = Self.plain(rest, lines, &place)
        }
        // SQLite would take it for the end.
        guard scalar?.text.utf8.contains(0) != true else {
            throw Fault(line: number, message: "it holds a NUL character")
        }
        scalars[key] = scalar
    }

    // MARK: - Values

    private static let space = UInt8(ascii: " ")

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "."):
            true
        default: false
        }
    }

    /// Skips the list or mapping below a key, and says whether there was one.
    private static func skipNested(_ lines: [ArraySlice<UInt8>], _ place: inout Int) -> Bool {
        let start = place
        while place < lines.count, let first = lines[place].first,
            first == space || lines[place].starts(with: "- ".utf8)
        {
            place += 1
        }
        return place > start
    }

    /// A plain value: following lines that are indented belong to it.
    private static func plain(
        _ first: ArraySlice<UInt8>,
        _ lines: [ArraySlice<UInt8>],
        _ place: inout Int
    ) -> Scalar {
        var parts = [trimmed(first)]
        while place < lines.count, lines[place].first == space {
            parts.append(trimmed(lines[place]))
            place += 1
        }
        return Scalar(text: text(folded(parts.map(Array.init))), isQuoted: false)
    }

    /// A value in quotes, to the closing one, which ends its line.
    private static func quoted(
        _ first: ArraySlice<UInt8>,
        _ lines: [ArraySlice<UInt8>],
        _ place: inout Int
    ) throws -> Scalar {
        let start = place
        guard let quote = first.first else { return Scalar(text: "", isQuoted: true) }
        var reader = QuotedScalar(isDouble: quote == UInt8(ascii: "\""))
        var line = first.dropFirst()
        while true {
            if let rest = try reader.read(line, number: place) {
                guard rest.allSatisfy({ $0 == space }) else {
                    throw Fault(line: place, message: "something follows the closing quote")
                }
                return Scalar(text: text(reader.value), isQuoted: true)
            }
            guard place < lines.count, lines[place].isEmpty || lines[place].first == space else {
                throw Fault(line: start, message: "the closing quote is missing")
            }
            line = lines[place]
            place += 1
        }
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var line = line.drop { $0 == space }
        while line.last == space { line.removeLast() }
        return line
    }

    /// Joins lines as YAML does: one break is a space, more are one break less.
    private static func folded(_ parts: [[UInt8]]) -> [UInt8] {
        var (result, breaks) = (parts.first ?? [], 0)
        for part in parts.dropFirst() {
            breaks += 1
            guard !part.isEmpty else { continue }
            result +=
                breaks == 1
                ? [space] : [UInt8](repeating: UInt8(ascii: "\n"), count: breaks - 1)
            result += part
            breaks = 0
        }
        return result
    }

    private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
