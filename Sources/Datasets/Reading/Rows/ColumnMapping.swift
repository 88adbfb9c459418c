import JSON
import Platform

/// The members of a file's rows that are read under names of the formats.
///
/// It is written `instruction=question,output=answer`: the name in the format, then the file's own.
public struct ColumnMapping: Sendable, Equatable, CustomStringConvertible {
    /// A name in the format and the file's own.
    public struct Pair: Sendable, Equatable {
        /// The name in the format.
        public let known: String
        /// The name in the file.
        public let own: String
    }

    /// The pairs, in the order in which they were given.
    public let pairs: [Pair]

    /// Creates an empty mapping.
    public init() { pairs = [] }

    /// Parses a mapping.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for an invalid pair, an unknown name or one that
    ///   occurs twice.
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

    /// The pairs in the form that is parsed.
    public var description: String { pairs.map { "\($0.known)=\($0.own)" }.joined(separator: ",") }

    /// Names that may be missing from a row.
    private static let optionalNames: Set<String> = [
        "input", "context", "system", "history", "tools",
    ]

    private static let knownNames: Set<String> = Set(DatasetFormat.allCases.flatMap(\.members))

    /// The file's own names of the pairs.
    var ownNames: Set<JSONName> { Set(pairs.map { JSONName($0.own) }) }

    /// Refuses pairs without effect.
    ///
    /// - Parameter found: The file's own names that occur in rows.
    ///
    /// - Throws: `DatasetError.Code.invalidStep` for a name that occurs in no row, and for one
    ///   that the format does not know.
    func checkUse(by format: DatasetFormat, found: Set<JSONName>, path: String) throws {
        for pair in pairs {
            guard found.contains(JSONName(pair.own)) else {
                throw DatasetError(
                    .invalidStep,
                    "no row of \(path) has \(pair.own), which is mapped to \(pair.known)",
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

    /// The row with mapped names; an existing member with a mapped name is replaced.
    func applied(to row: JSONObject, at source: RecordSource) throws -> JSONObject {
        guard !pairs.isEmpty else { return row }
        var result = JSONObject()
        for pair in pairs {
            guard let value = row[pair.own] else {
                if Self.optionalNames.contains(pair.known) { continue }
                throw DatasetError(
                    .wrongShape,
                    at: source,
                    "the row has no \(pair.own), which is mapped to \(pair.known)",
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
    /// The members' names in a line, only the first ones if there are many.
    var names: String {
        let maximum = 12
        let names = members.prefix(maximum).map(\.name.text).joined(separator: ", ")
        return members.isEmpty ? "none" : members.count > maximum ? "\(names), …" : names
    }
}
