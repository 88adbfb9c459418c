import Database
import Platform

/// A filter in MLflow's search language: clauses that must all hold.
///
/// `metrics.loss < 2 AND params.rank = '16' AND tags.`owner` LIKE 'j%'`. Names without a kind
/// before the dot are attributes. A missing value satisfies only `IS NULL`.
struct SearchFilter: Sendable, Equatable {
    let clauses: [SearchClause]

    /// Parses a filter; an empty text matches everything.
    ///
    /// - Throws: `TrackingError` with code `invalidValue` that says what is wrong.
    init(_ text: String, _ schema: SearchSchema) throws(TrackingError) {
        guard text.utf8.count <= Self.maxBytes else {
            throw Self.invalid("it is longer than \(Self.maxBytes) bytes")
        }
        var parser = Parser(tokens: try SearchToken.read(text), text: text, schema: schema)
        clauses = try parser.clauses()
        guard clauses.count <= Self.maxClauses else {
            throw Self.invalid("it has more than \(Self.maxClauses) clauses")
        }
    }

    private static let maxBytes = 1 << 16
    private static let maxClauses = 100

    static func invalid(_ what: String) -> TrackingError {
        TrackingError(
            .invalidValue,
            "Invalid filter: \(Validation.printable(what)).",
            hint: "a filter is clauses such as metrics.loss < 2, joined by AND"
        )
    }
}

/// One condition.
struct SearchClause: Sendable, Equatable {
    enum Operation: String, Sendable {
        case equal = "="
        case unequal = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
        case like = "LIKE"
        case ilike = "ILIKE"
        case isIn = "IN"
        case notIn = "NOT IN"
        case isNull = "IS NULL"
        case isNotNull = "IS NOT NULL"
    }

    enum Value: Sendable, Equatable {
        case none
        case number(Double)
        case text(String)
        case texts([String])
    }

    var field: SearchField
    var operation: Operation
    var value: Value
}

/// What a clause or a rule of an order refers to.
struct SearchField: Sendable, Equatable {
    var kind: SearchKind
    var key: TrackingKey
}

/// The kinds of things that can be searched for.
enum SearchKind: Sendable, Hashable {
    case attribute, metric, param, tag, metadata, dataset

    /// The kind that a word before a dot names.
    init?(_ word: String) {
        switch word {
        case "metric", "metrics": self = .metric
        case "param", "params", "parameter", "parameters": self = .param
        case "tag", "tags": self = .tag
        case "attribute", "attributes", "attr", "run", "trace": self = .attribute
        case "metadata", "request_metadata": self = .metadata
        case "dataset", "datasets": self = .dataset
        default: return nil
        }
    }
}

extension SearchFilter {
    /// Parses clauses and checks that each is valid.
    private struct Parser {
        private var tokens: ArraySlice<SearchToken>
        private let text: String
        private let schema: SearchSchema

        init(tokens: [SearchToken], text: String, schema: SearchSchema) {
            self.tokens = tokens[...]
            self.text = text
            self.schema = schema
        }

        mutating func clauses() throws(TrackingError) -> [SearchClause] {
            guard !tokens.isEmpty else { return [] }
            var clauses = [try clause()]
            while let token = tokens.popFirst() {
                guard token.keyword == "AND" else {
                    throw invalid("clauses can only be joined by AND")
                }
                clauses.append(try clause())
            }
            return clauses
        }

        private mutating func clause() throws(TrackingError) -> SearchClause {
            let field: SearchField
            switch tokens.popFirst() {
            case .name(let kind, let key): field = try schema.field(kind: kind, key: key)
            case .text(let key): field = try schema.field(kind: nil, key: key)
            default: throw invalid("a clause must begin with a name")
            }
            let clause = SearchClause(
                field: field,
                operation: try operation(),
                value: .none
            )
            let type = try schema.valueType(of: field)
            guard schema.operations(field, type).contains(clause.operation) else {
                throw invalid("\(clause.operation.rawValue) cannot be used with \(field.key)")
            }
            return try withValue(clause, type)
        }

        private mutating func operation() throws(TrackingError) -> SearchClause.Operation {
            let token = tokens.popFirst()
            if case .comparison(let text) = token,
                let found = SearchClause.Operation(rawValue: text)
            {
                return found
            }
            switch token?.keyword {
            case "LIKE": return .like
            case "ILIKE": return .ilike
            case "IN": return .isIn
            case "NOT":
                guard tokens.popFirst()?.keyword == "IN" else { break }
                return .notIn
            case "IS":
                let isNot = tokens.first?.keyword == "NOT"
                if isNot { tokens.removeFirst() }
                guard tokens.popFirst()?.keyword == "NULL" else { break }
                return isNot ? .isNotNull : .isNull
            default: break
            }
            throw invalid("a name must be followed by a comparison")
        }

        private mutating func withValue(
            _ clause: SearchClause,
            _ type: SearchSchema.ValueType
        ) throws(TrackingError) -> SearchClause {
            var clause = clause
            switch clause.operation {
            case .isNull, .isNotNull: break
            case .isIn, .notIn: clause.value = .texts(try list())
            default:
                switch (tokens.popFirst(), type) {
                case (.number(let number, _), .number): clause.value = .number(number)
                case (.text(let text), .text): clause.value = .text(text)
                case (.text(let text), .number):
                    // Times and version numbers may be quoted, too.
                    guard clause.field.kind == .attribute, let number = Double(text) else {
                        throw invalid("\(clause.field.key) must be compared with a number")
                    }
                    clause.value = .number(number)
                case (_, .number):
                    throw invalid("\(clause.field.key) must be compared with a number")
                case (_, .text):
                    throw invalid("\(clause.field.key) must be compared with a text in quotes")
                }
            }
            return clause
        }

        private mutating func list() throws(TrackingError) -> [String] {
            guard tokens.popFirst() == .mark("(") else {
                throw invalid("IN must be followed by (…)")
            }
            var texts: [String] = []
            while true {
                switch tokens.popFirst() {
                case .text(let text): texts.append(text)
                case .number(_, let spelling): texts.append(spelling)
                default: throw invalid("a list must contain texts in quotes")
                }
                switch tokens.popFirst() {
                case .mark(","): continue
                case .mark(")"): return texts
                default: throw invalid("a list is not closed")
                }
            }
        }

        private func invalid(_ what: String) -> TrackingError {
            SearchFilter.invalid("\(what), in '\(text)'")
        }
    }
}
