import Platform

/// The faults of a file, found one after another.
///
/// A class, since all that read a part of the file add to it; it never leaves their thread.
final class DocumentFaults {
    /// A fault with its place.
    struct Fault: Equatable {
        var position: SourcePosition
        var message: String
    }

    /// The most faults that are kept.
    static let limit = 200
    private(set) var faults: [Fault] = []

    var isEmpty: Bool { faults.isEmpty }

    /// Adds a fault, unless the same one is there.
    func add(_ position: SourcePosition, _ message: String) {
        let fault = Fault(position: position, message: message)
        guard faults.count < Self.limit, !faults.contains(fault) else { return }
        faults.append(fault)
    }

    /// A line for each fault, in the order of the file.
    var lines: [String] {
        faults.sorted {
            ($0.position.line, $0.position.column) < ($1.position.line, $1.position.column)
        }
        .map { "\($0.position.line):\($0.position.column): \($0.message)" }
    }

    /// The error that lists them.
    func error(in path: String) -> FlowError {
        let lines = lines
        let message =
            lines.count == 1 ? "\(path):\(lines[0])" : "\(path) has \(lines.count) faults."
        return FlowError(.invalidFile, message, details: lines)
    }
}

extension DocumentFaults {
    /// A name from a file in a message: in backquotes, and not too long.
    static func quoted(_ name: String) -> String {
        let line = VisibleText.line(String(name.prefix(60)))
        return "`\(line)\(name.count > 60 ? "…" : "")`"
    }

    /// What may have been meant instead of a name, as a sentence that begins with a space.
    static func suggestion(_ name: String, _ known: some Collection<String>) -> String {
        if let nearest = EditDistance.nearest(to: name, in: known.prefix(1_000)) {
            return " Did you mean `\(nearest)`?"
        }
        let all = known.joined(separator: ", ")
        return known.isEmpty || known.count > 24 ? "" : " There are: \(all)."
    }
}
