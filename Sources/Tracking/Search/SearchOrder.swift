import Database
import Platform

/// One rule of an order in MLflow's search language, such as `metrics.loss ASC`.
struct SearchOrder: Sendable, Equatable {
    var field: SearchField
    var isDescending: Bool
    /// The dataset that a logged model's metric was measured on; any if nil.
    var dataset: ModelDataset?

    /// The maximum number of rules of an order: each is a join and two terms, and SQLite 3.40
    /// crashes with more than 64 terms.
    private static let maxRules = 16

    /// Parses rules; no two may refer to the same thing.
    ///
    /// - Throws: `TrackingError` with code `invalidValue`.
    static func read(
        _ texts: [String],
        _ schema: SearchSchema
    ) throws(TrackingError) -> [SearchOrder] {
        guard texts.count <= maxRules, texts.allSatisfy({ $0.utf8.count <= 1000 }) else {
            throw invalid("an order has at most \(maxRules) rules of 1000 bytes", "")
        }
        var orders: [SearchOrder] = []
        for text in texts {
            let order = try SearchOrder(text, schema)
            guard !orders.contains(where: { $0.field == order.field }) else {
                throw invalid("\(order.field.key) occurs twice", text)
            }
            orders.append(order)
        }
        return orders
    }

    private init(_ text: String, _ schema: SearchSchema) throws(TrackingError) {
        var tokens = try SearchToken.read(text)[...]
        switch tokens.popFirst() {
        case .name(let kind, let key): field = try schema.field(kind: kind, key: key)
        case .text(let key): field = try schema.field(kind: nil, key: key)
        default: throw Self.invalid("it must begin with a name", text)
        }
        let isSortable =
            switch field.kind {
            case .attribute: true
            case .dataset: false
            // Things whose id is two columns have no rows to join here.
            case .metric, .param, .tag, .metadata:
                schema.details[field.kind]?.owner.contains(",") == false
            }
        guard isSortable else {
            throw Self.invalid("\(schema.subject)s cannot be sorted by that", text)
        }
        switch tokens.popFirst()?.keyword {
        case nil, "ASC": isDescending = false
        case "DESC": isDescending = true
        default: throw Self.invalid("a name must be followed by ASC or DESC", text)
        }
        guard tokens.isEmpty else { throw Self.invalid("there is more than a name", text) }
    }

    private static func invalid(_ what: String, _ text: String) -> TrackingError {
        TrackingError(
            .invalidValue,
            "Invalid order_by '\(Validation.printable(text))': \(what).",
            hint: "write a name and ASC or DESC"
        )
    }
}
