import Tracking
import Yams

/// The `meta.yaml` of MLflow's file store, a mapping as PyYAML writes it.
///
/// Only scalars are read. Lists and nested mappings, such as the tags, which are also in files of
/// their own, are ignored.
struct MetaFile {
    /// What is wrong, and in which line.
    struct Fault: Error, CustomStringConvertible {
        let line: Int
        let message: String
        var description: String { "line \(line): \(message)" }
    }

    private var texts: [TrackingKey: String] = [:]

    /// The text of a value, or nil if it is missing or null.
    func text(_ key: TrackingKey) -> String? { texts[key] }

    /// The value as an integer, quoted or not.
    func integer(_ key: TrackingKey) -> Int? { text(key).flatMap { Int($0) } }

    /// Parses a file.
    ///
    /// - Throws: `Fault`.
    init(_ bytes: [UInt8]) throws(Fault) {
        guard let content = String(validating: bytes, as: UTF8.self) else {
            throw Fault(line: 1, message: "it is not UTF-8")
        }
        let root: Node?
        do { root = try Yams.compose(yaml: content) } catch { throw Fault(error) }
        guard let mapping = root?.mapping else {
            throw Fault(line: 1, message: "it holds no keys and values")
        }
        for (key, value) in mapping {
            guard let name = key.scalar?.string, let scalar = value.scalar,
                !Self.isNull(scalar)
            else { continue }
            // SQLite would take it for the end of the text.
            guard !scalar.string.utf8.contains(0) else {
                throw Fault(line: key.mark?.line ?? 1, message: "it holds a NUL character")
            }
            texts[TrackingKey(name)] = scalar.string
        }
    }

    private static func isNull(_ scalar: Node.Scalar) -> Bool {
        scalar.style == .plain && ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }
}

extension MetaFile.Fault {
    /// Describes an error of the YAML library in one line.
    fileprivate init(_ error: any Error) {
        switch error as? YamlError {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            self.init(line: mark.line, message: problem)
        case .duplicatedKeysInMapping(let keys, let context):
            self.init(line: context.mark.line, message: "\(keys.joined(separator: ", ")) twice")
        case .reader(let problem, _, _, _):
            self.init(line: 1, message: problem)
        default:
            self.init(line: 1, message: "it is not YAML")
        }
    }
}
