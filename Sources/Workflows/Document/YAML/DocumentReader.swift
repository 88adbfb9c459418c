import JSON
import Yams

/// Reads a file of YAML 1.2 with one document.
struct DocumentReader {
    /// The most parts of a document, with aliases expanded.
    static let maxNodes = 500_000
    /// The deepest nesting.
    static let maxDepth = 60

    private static let tooMany =
        "The file has more than \(maxNodes / 1_000),000 values, counting aliases."

    private let text: DocumentText
    private let faults: DocumentFaults
    /// The names of keys that are left out: those of repeated ones.
    private let omitted: Set<String>
    private var nodeCount = 0
    /// Whether what is read belongs to `parameters`.
    private var isInParameters = false

    /// Reads a file; nil if it is no YAML, which is a fault.
    static func read(_ bytes: [UInt8], _ faults: DocumentFaults) -> DocumentNode? {
        guard let text = DocumentText(bytes, faults) else { return nil }
        let start = SourcePosition(line: 1, column: 1)
        if let line = DocumentAliases(text.text).lineOfKey(in: text) {
            faults.add(.init(line: line, column: 1), "A key cannot be an alias.")
            return nil
        }
        guard text.separatorCount <= 2 * maxNodes else {
            faults.add(start, tooMany)
            return nil
        }
        var keys = RepeatedKeys(text, faults)
        var isEmpty = false
        guard let root = keys.compose(isEmpty: &isEmpty) else {
            if isEmpty { faults.add(start, "The file is empty.") }
            return nil
        }
        var reader = DocumentReader(text: text, faults: faults, omitted: keys.marks)
        return reader.node(root, depth: 0)
    }

    private init(text: DocumentText, faults: DocumentFaults, omitted: Set<String>) {
        self.text = text
        self.faults = faults
        self.omitted = omitted
    }

    private mutating func node(_ node: Node, depth: Int) -> DocumentNode? {
        let position = Self.position(node)
        nodeCount += 1
        guard nodeCount <= Self.maxNodes else {
            if nodeCount == Self.maxNodes + 1 {
                faults.add(position, Self.tooMany)
            }
            return nil
        }
        guard depth <= Self.maxDepth else {
            faults.add(position, "The file is nested more than \(Self.maxDepth) levels deep.")
            return nil
        }
        switch node {
        case .scalar(let scalar):
            // Below `parameters` and a name.
            let canRequire = isInParameters && depth == 2
            return self.scalar(scalar, position, canRequire: canRequire)
        case .sequence(let sequence):
            var elements: [DocumentNode] = []
            for element in sequence {
                guard nodeCount <= Self.maxNodes else { return nil }
                if let element = self.node(element, depth: depth + 1) { elements.append(element) }
            }
            return DocumentNode(content: .list(elements), position: position)
        case .mapping(let mapping):
            var entries: [DocumentNode.Entry] = []
            for (key, value) in mapping {
                guard nodeCount <= Self.maxNodes else { return nil }
                guard let entry = entry(key, value, depth) else { continue }
                entries.append(entry)
            }
            return DocumentNode(content: .mapping(entries), position: position)
        case .alias: return nil
        }
    }

    private mutating func entry(_ key: Node, _ value: Node, _ depth: Int) -> DocumentNode.Entry? {
        let position = Self.position(key)
        guard case .scalar(let name) = key else {
            faults.add(position, "A key must be a text, not a list or names with values.")
            return nil
        }
        if omitted.contains(name.string) { return nil }
        if name.string == "<<", name.style == .plain {
            faults.add(
                position,
                "`<<` merges nothing in YAML 1.2; what tasks share is in `defaults`."
            )
            return nil
        }
        if depth == 0 { isInParameters = name.string == "parameters" }
        guard let value = node(value, depth: depth + 1) else { return nil }
        return DocumentNode.Entry(name: name.string, position: position, value: value)
    }

    private static func position(_ node: Node) -> SourcePosition {
        node.mark.map { SourcePosition(line: $0.line, column: $0.column) }
            ?? SourcePosition(line: 1, column: 1)
    }

    private func scalar(
        _ scalar: Node.Scalar,
        _ position: SourcePosition,
        canRequire: Bool
    ) -> DocumentNode? {
        let string = scalar.string
        let value: JSONValue
        var required: ValueType?
        switch scalar.tag.description {
        case "": value = scalar.style == .plain ? CoreSchema.value(of: string) : .string(string)
        case "!", "tag:yaml.org,2002:str": value = .string(string)
        case "tag:yaml.org,2002:null": value = .null
        case "tag:yaml.org,2002:int", "tag:yaml.org,2002:float", "tag:yaml.org,2002:bool":
            value = CoreSchema.value(of: string)
        case "!required" where canRequire:
            required = ValueType(rawValue: string)
            value = .null
            guard required != nil else {
                faults.add(
                    position,
                    "`!required` needs a type: text, integer, number, boolean, list, object or any."
                )
                return nil
            }
        default:
            faults.add(
                position,
                "The tag \(DocumentFaults.quoted(scalar.tag.description)) is not known."
            )
            return nil
        }
        var node = DocumentNode(content: .scalar(value, text: string), position: position)
        node.requiredType = required
        if case .string = value, string.utf8.contains(UInt8(ascii: "$")) {
            let count = string.ranges(of: "${").count
            node.placeholders = Array(text.placeholders(after: position, count: count))
        }
        return node
    }
}
