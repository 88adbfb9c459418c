import JSON

/// Which members of a file's rows stand for the names that a format knows.
///
/// It is written `instruction=question,output=answer`: the known name, then the file's own.
public struct ColumnMapping: Sendable, Equatable, CustomStringConvertible {
    /// A known name and the file's own.
    public struct Pair: Sendable, Equatable {
        /// The name that a format knows.
        public let known: String
        /// The name in the file.
        public let own: String
    }

    /// The pairs, in the order in which they were given.
    public let pairs: [Pair]

    /// Maps nothing.
    public init() { pairs = [] }

    /// Reads a mapping.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for what is no pair, no known name or given twice.
    public init(_ text: String) throws {
        var pairs: [Pair] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let sides = part.split(separator: "=", maxSplits: 1).map(Self.trimmed)
            guard sides.count == 2, sides.allSatisfy({ !$0.isEmpty }) else {
                throw Self.fault(
                    "\"\(part)\" maps nothing",
                    "write instruction=question,output=answer"
                )
            }
            guard Self.knownNames.contains(sides[0]) else {
                throw Self.fault(
                    "no format knows the name \"\(sides[0])\"",
                    "the known ones are \(Self.knownNames.sorted().joined(separator: ", "))"
                )
            }
            guard !pairs.contains(where: { $0.known == sides[0] }) else {
                throw Self.fault("\"\(sides[0])\" is mapped twice", "leave one of the two")
            }
            pairs.append(Pair(known: sides[0], own: sides[1]))
        }
        self.pairs = pairs
    }

    /// The pairs as they are written.
    public var description: String { pairs.map { "\($0.known)=\($0.own)" }.joined(separator: ",") }

    /// Names that may be missing from a row.
    private static let optionalNames: Set<String> = [
        "input", "context", "system", "history", "tools",
    ]

    private static let knownNames: Set<String> = Set(DatasetFormat.allCases.flatMap(\.members))

    /// The file's own names that stand for known ones.
    var ownNames: Set<JSONName> { Set(pairs.map { JSONName($0.own) }) }

    /// Refuses pairs that changed nothing.
    ///
    /// - Parameter found: The file's own names that some row has.
    /// - Throws: `DatasetError.Code.invalidStep` for a name that no row has, and for one that the format
    ///   does not know.
    func checkWasUsed(by format: DatasetFormat, found: Set<JSONName>, path: String) throws {
        for pair in pairs {
            guard found.contains(JSONName(pair.own)) else {
                throw DatasetError(
                    .invalidStep,
                    "no row of \(path) has \(pair.own), which stands for \(pair.known)",
                    hint: "leave it out of the mapping"
                )
            }
            guard format.members.contains(pair.known) else {
                throw DatasetError(
                    .invalidStep,
                    "\(path) is read as \(format.rawValue), which has no \(pair.known)",
                    hint: "its members are \(format.members.joined(separator: ", "))"
                )
            }
        }
    }

    /// The row under the known names; a member that has a mapped name already gives way.
    func applied(to row: JSONObject, at source: RecordSource) throws -> JSONObject {
        guard !pairs.isEmpty else { return row }
        var result = JSONObject()
        for pair in pairs {
            guard let value = row[pair.own] else {
                if Self.optionalNames.contains(pair.known) { continue }
                throw DatasetError(
                    .wrongShape,
                    at: source,
                    "the row has no \(pair.own), which stands for \(pair.known)",
                    hint: "its members are \(row.names)"
                )
            }
            _ = result.insert(value, named: JSONName(pair.known))
        }
        let own = ownNames
        for (name, value) in row.members where !own.contains(name) {
            _ = result.insert(value, named: name)
        }
        return result
    }

    private static func trimmed(_ text: Substring) -> String {
        let start = text.drop { $0 == " " }
        return String(start.prefix(start.count - start.reversed().prefix { $0 == " " }.count))
    }

    private static func fault(_ what: String, _ hint: String) -> DatasetError {
        DatasetError(.invalidStep, "the mapping is wrong: \(what)", hint: hint)
    }
}

extension JSONObject {
    /// The members' names in a line, the first ones only where there are many.
    var names: String {
        let most = 12
        let names = members.prefix(most).map(\.name.text).joined(separator: ", ")
        return members.isEmpty ? "none" : members.count > most ? "\(names), …" : names
    }
}
