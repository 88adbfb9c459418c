import JSON
import Platform

extension FileType {
    /// Checks a part of a file, and adds its faults.
    ///
    /// - Parameter name: What the part is called in messages, such as `retries`.
    func check(_ node: DocumentNode, as name: String, _ faults: DocumentFaults) {
        switch self {
        case .list(let type):
            guard let elements = node.list else { return mismatch(node, name, faults) }
            for element in elements { type.check(element, as: "an entry of \(name)", faults) }
        case .keys(let keys):
            guard let entries = node.mapping else { return mismatch(node, name, faults) }
            keys.check(entries, node.position, faults)
        case .named(let type, let isFree):
            guard let entries = node.mapping else { return mismatch(node, name, faults) }
            for entry in entries {
                if !isFree, !NameText.isValid(entry.name) {
                    faults.add(entry.position, NameText.fault(entry.name))
                }
                type.check(entry.value, as: DocumentFaults.quoted(entry.name), faults)
            }
        case .anyOf(let types):
            let shape = Shape(node)
            let candidates = types.filter { $0.shape == shape }
            if shape == .scalar {
                // What else it may be is said, too.
                if !candidates.contains(where: { $0.isMet(by: node) }) {
                    mismatch(node, name, faults)
                }
            } else if let type = candidates.first {
                type.check(node, as: name, faults)
            } else {
                mismatch(node, name, faults)
            }
        case .value: break
        default:
            if !isMet(by: node) { mismatch(node, name, faults) }
        }
    }

    /// Whether a single value is one of this type.
    private func isMet(by node: DocumentNode) -> Bool {
        guard let scalar = node.scalar else { return false }
        switch self {
        case .text: return node.text?.isEmpty == false && !scalar.isBoolean
        case .name:
            if case .string(let text) = scalar { return NameText.isValid(text) }
            return false
        case .choice(let choices): return node.text.map(choices.contains) ?? false
        case .boolean: return scalar.isBoolean
        case .wholeNumber(let range):
            if case .integer(let number) = scalar { return range.contains(number) }
            return false
        case .number(let range): return scalar.double.map(range.contains) ?? false
        case .duration: return node.seconds != nil
        case .memory: return node.byteCount != nil
        case .instant: return node.text.flatMap { InstantText.milliseconds($0) } != nil
        case .url:
            guard case .string(let text) = scalar else { return false }
            let rest = text.hasPrefix("https://") ? text.dropFirst(8) : text.dropFirst(7)
            return (text.hasPrefix("http://") || text.hasPrefix("https://"))
                && !rest.isEmpty && !text.contains(where: \.isWhitespace)
        case .condition:
            if case .string(let text) = scalar { return text.contains("${") }
            return scalar.isBoolean
        default: return true
        }
    }

    private func mismatch(_ node: DocumentNode, _ name: String, _ faults: DocumentFaults) {
        let found =
            if case .scalar(let value, let text) = node.content, value != .null, !text.isEmpty {
                DocumentFaults.quoted(text)
            } else {
                node.kind
            }
        faults.add(node.position, "\(name) must be \(described), not \(found).")
    }

    /// What it is, for messages.
    var described: String {
        switch self {
        case .text: "a text"
        case .name: "the name of a task"
        case .choice(let choices): "one of \(choices.joined(separator: ", "))"
        case .boolean: "true or false"
        case .wholeNumber(let range) where range.upperBound >= 100_000:
            "a whole number from \(range.lowerBound)"
        case .wholeNumber(let range):
            "a whole number from \(range.lowerBound) to \(range.upperBound)"
        case .number(let range):
            "a number from \(JSONValue.number(range.lowerBound).compactText)"
                + " to \(JSONValue.number(range.upperBound).compactText)"
        case .duration: "seconds, or a duration such as 90s or 2h30m, up to 1e9 s"
        case .memory: "an amount such as 2GB or 512MiB, up to 1 PiB"
        case .instant: "an instant with its offset, such as 2026-12-01T02:00:00+09:00"
        case .url: "a URL that begins with http:// or https://"
        case .value: "a value"
        case .condition: "true, false or an expression in ${…}"
        case .list: "a list"
        case .keys, .named: "names with values"
        case .anyOf(let types): types.map(\.described).joined(separator: ", or ")
        }
    }

    private enum Shape {
        case scalar
        case list
        case mapping

        init(_ node: DocumentNode) {
            switch node.content {
            case .scalar: self = .scalar
            case .list: self = .list
            case .mapping: self = .mapping
            }
        }
    }

    private var shape: Shape {
        switch self {
        case .list: .list
        case .keys, .named: .mapping
        default: .scalar
        }
    }
}

extension FileKeys {
    /// Checks the entries of a mapping: known keys, the types of their values, required ones.
    func check(
        _ entries: [DocumentNode.Entry],
        _ position: SourcePosition,
        _ faults: DocumentFaults
    ) {
        for entry in entries {
            guard let key = self[entry.name] else {
                let known = keys.map(\.name)
                faults.add(
                    entry.position,
                    "\(DocumentFaults.quoted(entry.name)) is no key of \(subject)."
                        + DocumentFaults.suggestion(entry.name, known)
                )
                continue
            }
            key.type.check(entry.value, as: "`\(key.name)`", faults)
        }
        for key in keys where key.isRequired && !entries.contains(where: { $0.name == key.name }) {
            faults.add(position, "`\(key.name)` is missing in \(subject).")
        }
        let chosen = entries.filter { oneOf.contains($0.name) }
        if !oneOf.isEmpty, chosen.count != 1 {
            let names = oneOf.map { "`\($0)`" }.joined(separator: ", ")
            faults.add(
                chosen.dropFirst().first?.position ?? position,
                "\(subject.prefix(1).uppercased())\(subject.dropFirst()) has exactly one of \(names)."
            )
        }
    }
}
