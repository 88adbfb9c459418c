import JSON

/// The arithmetic and the comparisons of expressions.
///
/// Whole numbers widen to floating point, and `/` always yields it. What has no finite result is
/// an error, and so is every operation on NaN: `not (loss > 2)` must not be true of it.
enum ExpressionOperators {
    /// What is wrong with an operation, as a sentence.
    struct Fault: Error {
        var message: String
    }

    static func negative(_ value: JSONValue) throws(Fault) -> JSONValue {
        switch value {
        case .integer(let number):
            let (result, overflows) = (0).subtractingReportingOverflow(number)
            guard !overflows else { throw Fault(message: "-(\(number)) is too large.") }
            return .integer(result)
        case .number(let number):
            try checkNumber(number)
            return .number(-number)
        default: throw Fault(message: "- needs a number, not \(value.kind).")
        }
    }

    static func arithmetic(
        _ left: JSONValue,
        _ operation: BinaryOperator,
        _ right: JSONValue
    ) throws(Fault) -> JSONValue {
        if case .integer(let first) = left, case .integer(let second) = right, operation != .divide
        {
            return .integer(try whole(first, operation, second))
        }
        let first = try number(left, operation)
        let second = try number(right, operation)
        if operation == .divide || operation == .remainder, second == 0 {
            throw Fault(message: "This divides by zero.")
        }
        let result: Double =
            switch operation {
            case .add: first + second
            case .subtract: first - second
            case .multiply: first * second
            case .divide: first / second
            default: first.truncatingRemainder(dividingBy: second)
            }
        guard result.isFinite else {
            throw Fault(message: "The result of \(operation.rawValue) is not a finite number.")
        }
        return .number(result)
    }

    private static func whole(
        _ first: Int,
        _ operation: BinaryOperator,
        _ second: Int
    ) throws(Fault) -> Int {
        if operation == .remainder, second == 0 { throw Fault(message: "This divides by zero.") }
        let (result, overflows) =
            switch operation {
            case .add: first.addingReportingOverflow(second)
            case .subtract: first.subtractingReportingOverflow(second)
            case .multiply: first.multipliedReportingOverflow(by: second)
            // The remainder of the least number by -1 is reported as an overflow, though it is 0.
            default:
                second == -1 ? (0, false) : first.remainderReportingOverflow(dividingBy: second)
            }
        guard !overflows else {
            throw Fault(message: "\(first) \(operation.rawValue) \(second) is too large.")
        }
        return result
    }

    /// Whether two numbers or two texts are in an order; texts are compared by their bytes.
    static func isOrdered(
        _ left: JSONValue,
        _ operation: BinaryOperator,
        _ right: JSONValue
    ) throws(Fault) -> Bool {
        let order: Int
        if case .string(let first) = left, case .string(let second) = right {
            order =
                first.utf8.lexicographicallyPrecedes(second.utf8)
                ? -1 : first.utf8.elementsEqual(second.utf8) ? 0 : 1
        } else {
            order = try self.order(left, right) { kind in
                "\(operation.rawValue) compares two numbers or two texts, not \(kind)."
            }
        }
        switch operation {
        case .less: return order < 0
        case .lessOrEqual: return order <= 0
        case .greater: return order > 0
        default: return order >= 0
        }
    }

    /// The order of two numbers, exact even where one is too large for a floating-point number.
    static func order(
        _ left: JSONValue,
        _ right: JSONValue,
        else message: (String) -> String
    ) throws(Fault) -> Int {
        switch (left, right) {
        case (.integer(let first), .integer(let second)):
            return first < second ? -1 : first > second ? 1 : 0
        case (.integer(let first), .number(let second)):
            try checkNumber(second)
            return order(first, second)
        case (.number(let first), .integer(let second)):
            try checkNumber(first)
            return -order(second, first)
        case (.number(let first), .number(let second)):
            try checkNumber(first)
            try checkNumber(second)
            return first < second ? -1 : first > second ? 1 : 0
        default:
            let isNumber =
                switch left {
                case .integer, .number: true
                default: false
                }
            throw Fault(message: message((isNumber ? right : left).kind))
        }
    }

    private static func order(_ first: Int, _ second: Double) -> Int {
        if second >= 0x1p63 { return -1 }
        if second < -0x1p63 { return 1 }
        let whole = second.rounded(.towardZero)
        let other = Int(whole)
        if first != other { return first < other ? -1 : 1 }
        return whole < second ? -1 : whole > second ? 1 : 0
    }

    /// Whether two values are the same; a whole number equals the same number in floating point.
    static func areEqual(_ left: JSONValue, _ right: JSONValue) throws(Fault) -> Bool {
        switch (left, right) {
        case (.integer, .integer), (.integer, .number), (.number, .integer), (.number, .number):
            return try order(left, right) { $0 } == 0
        case (.string(let first), .string(let second)):
            return first.utf8.elementsEqual(second.utf8)
        case (.array(let first), .array(let second)):
            guard first.count == second.count else { return false }
            for (one, other) in zip(first, second) where try !areEqual(one, other) { return false }
            return true
        case (.object(let first), .object(let second)):
            guard first.members.count == second.members.count else { return false }
            for member in first.members {
                guard let other = second[member.name] else { return false }
                if try !areEqual(member.value, other) { return false }
            }
            return true
        default: return left == right
        }
    }

    private static func number(
        _ value: JSONValue,
        _ operation: BinaryOperator
    ) throws(Fault) -> Double {
        switch value {
        case .integer(let number): return Double(number)
        case .number(let number):
            try checkNumber(number)
            return number
        default:
            throw Fault(message: "\(operation.rawValue) needs numbers, not \(value.kind).")
        }
    }

    static func checkNumber(_ number: Double) throws(Fault) {
        if number.isNaN { throw Fault(message: "A value is not a number (NaN).") }
    }
}
