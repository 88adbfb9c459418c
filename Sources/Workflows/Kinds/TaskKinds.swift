/// The kinds of task that a program knows, by name.
public struct TaskKinds: Sendable {
    /// The kinds, in the order of the documentation.
    public let all: [any TaskKind]
    private let places: [String: Int]

    /// Creates a list of kinds.
    public init(_ kinds: [any TaskKind]) {
        all = kinds
        places = Dictionary(kinds.enumerated().map { ($1.name, $0) }) { first, _ in first }
    }

    /// The kind of a name.
    public subscript(name: String) -> (any TaskKind)? { places[name].map { all[$0] } }
}
