import JSON

extension ExpressionFunction {
    private typealias Fault = ExpressionOperators.Fault

    /// Calls the function.
    func value(
        of arguments: [FlowValue]
    ) throws(ExpressionOperators.Fault) -> FlowValue {
        switch self {
        case .min, .max: return try extreme(of: arguments)
        case .len: return FlowValue(.integer(try Self.count(arguments[0].value)))
        case .best: return try Self.best(arguments)
        }
    }

    /// The least or greatest of a list, or of the arguments.
    private func extreme(of arguments: [FlowValue]) throws(Fault) -> FlowValue {
        var values = arguments.map(\.value)
        if values.count == 1, case .array(let list) = values[0] { values = list }
        guard var result = values.first else {
            throw Fault(message: "\(rawValue) has nothing to choose from: the list is empty.")
        }
        if case .number(let number) = result { try ExpressionOperators.checkNumber(number) }
        let operation: BinaryOperator = self == .min ? .less : .greater
        if values.count == 1 { _ = try ExpressionOperators.isOrdered(result, operation, result) }
        for value in values.dropFirst()
        where try ExpressionOperators.isOrdered(value, operation, result) {
            result = value
        }
        return FlowValue(result)
    }

    private static func count(_ value: JSONValue) throws(Fault) -> Int {
        switch value {
        case .string(let text): return text.count
        case .array(let list): return list.count
        case .object(let object): return object.members.count
        default: throw Fault(message: "len takes a list, an object or a text, not \(value.kind).")
        }
    }

    /// The element whose value of a name is the least, or the greatest; NaN and missing values never
    /// win, and of equal ones the first does.
    private static func best(_ arguments: [FlowValue]) throws(Fault) -> FlowValue {
        let elements = try arguments[0].elements(of: "the first argument of best")
        guard case .string(let key) = arguments[1].value else {
            throw Fault(message: "The second argument of best is a name in quotes.")
        }
        var operation = BinaryOperator.less
        if arguments.count == 3 {
            switch arguments[2].value {
            case .string("min"): break
            case .string("max"): operation = .greater
            default: throw Fault(message: "The third argument of best is 'min' or 'max'.")
            }
        }
        var winner: (element: FlowValue, value: JSONValue)?
        for element in elements {
            guard case .object(let object) = element.value, let value = object[key] else {
                continue
            }
            switch value {
            case .integer: break
            case .number(let number) where !number.isNaN: break
            default: continue
            }
            if let best = winner,
                try !ExpressionOperators.isOrdered(value, operation, best.value)
            {
                continue
            }
            winner = (element, value)
        }
        guard let winner else {
            throw Fault(
                message: elements.isEmpty
                    ? "best has nothing to choose from: the list is empty."
                    : "best has nothing to choose from: no element has a number named \(key)."
            )
        }
        return winner.element
    }
}
