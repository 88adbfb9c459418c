import Glibc

extension TemplateInterpreter {
    // MARK: - Arithmetic

    func negated(_ value: TemplateValue) throws(TemplateError) -> TemplateValue {
        if case .real(let value) = value { return .real(-value) }
        guard let integer = value.integer else {
            throw failure("\(value.typeName) cannot be negated")
        }
        return try exact(0.subtractingReportingOverflow(integer))
    }

    func exact(
        _ result: (partialValue: Int, overflow: Bool)
    ) throws(TemplateError) -> TemplateValue {
        guard !result.overflow else { throw failure("a number became too large") }
        return .integer(result.partialValue)
    }

    /// Calculates as Python does.
    func calculate(
        _ left: TemplateValue,
        _ operation: TemplateExpression.Operator,
        _ right: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        switch (operation, left, right) {
        case (.concatenate, _, _):
            return try concatenated(text(of: left).markup(false), text(of: right))
        case (.add, .text(let left), .text(let right)):
            guard left.isMarkup || right.isMarkup else { return try concatenated(left, right) }
            try spend(characters: left)
            try spend(characters: right)
            return try concatenated(
                left.isMarkup ? left : left.escaped,
                right.isMarkup ? right : right.escaped
            )
        case (.add, .list(let left), .list(let right))
        where left.isTuple == right.isTuple && left.view == nil && right.view == nil:
            return try makeList(left.items + right.items, isTuple: left.isTuple)
        case (.multiply, .text(let text), _):
            if let count = right.integer { return try repeated(text, count) }
        case (.multiply, _, .text(let text)):
            if let count = left.integer { return try repeated(text, count) }
        case (.remainder, .text(let text), _): return try interpolated(text, right)
        case (.multiply, .list(let list), _) where list.view == nil:
            if let count = right.integer { return try repeated(list, count) }
        default:
            if let left = left.integer, let right = right.integer {
                return try calculate(left, operation, right)
            }
            if let left = left.real, let right = right.real {
                return try calculate(left, operation, right)
            }
        }
        for case .undefined(let description) in [left, right] {
            throw failure("\"\(description)\" is undefined")
        }
        throw failure("\(left.typeName) and \(right.typeName) cannot be calculated with")
    }

    private func concatenated(
        _ left: TemplateText,
        _ right: TemplateText
    ) throws(TemplateError) -> TemplateValue {
        try checkLength(left.count + right.count)
        var result = left
        result.append(right)
        return .text(result)
    }

    private func repeated(
        _ text: TemplateText,
        _ count: Int
    ) throws(TemplateError) -> TemplateValue {
        let length = text.count.multipliedReportingOverflow(by: max(count, 0))
        try checkLength(length.overflow ? .max : length.partialValue)
        guard !text.isEmpty else { return .text(text) }
        try spend(max(count, 0))
        var result = TemplateText().markup(text.isMarkup)
        for _ in 0..<max(count, 0) { result.append(text) }
        return .text(result)
    }

    private func repeated(
        _ list: TemplateList,
        _ count: Int
    ) throws(TemplateError) -> TemplateValue {
        let length = list.items.count.multipliedReportingOverflow(by: max(count, 0))
        guard !length.overflow, length.partialValue <= Limit.listItems else {
            throw excess("a list has more than \(Limit.listItems) items")
        }
        guard !list.items.isEmpty else { return .list(list) }
        var items: [TemplateValue] = []
        for _ in 0..<max(count, 0) { items += list.items }
        return try makeList(items, isTuple: list.isTuple)
    }

    private func calculate(
        _ left: Int,
        _ operation: TemplateExpression.Operator,
        _ right: Int
    ) throws(TemplateError) -> TemplateValue {
        switch operation {
        case .add: return try exact(left.addingReportingOverflow(right))
        case .subtract: return try exact(left.subtractingReportingOverflow(right))
        case .multiply: return try exact(left.multipliedReportingOverflow(by: right))
        case .divide:
            guard right != 0 else { throw failure("a division by zero") }
            return .real(Double(left) / Double(right))
        case .floorDivide, .remainder:
            guard right != 0 else { throw failure("a division by zero") }
            let quotient = left.dividedReportingOverflow(by: right)
            guard !quotient.overflow else { throw failure("a number became too large") }
            let remainder = left - quotient.partialValue * right
            // Python rounds towards minus infinity.
            let isRounded = remainder != 0 && (remainder < 0) != (right < 0)
            return operation == .floorDivide
                ? .integer(quotient.partialValue - (isRounded ? 1 : 0))
                : .integer(remainder + (isRounded ? right : 0))
        case .power:
            guard right >= 0 else { return try calculate(Double(left), .power, Double(right)) }
            var result = TemplateValue.integer(1)
            // Beyond 64 only 0, 1 and -1 do not overflow, and their power depends only on parity.
            for _ in 0..<(right > 64 ? 64 + right % 2 : right) {
                guard case .integer(let value) = result else { break }
                result = try exact(value.multipliedReportingOverflow(by: left))
            }
            return result
        case .concatenate:
            throw failure("numbers cannot be concatenated")
        }
    }

    private func calculate(
        _ left: Double,
        _ operation: TemplateExpression.Operator,
        _ right: Double
    ) throws(TemplateError) -> TemplateValue {
        switch operation {
        case .add: return .real(left + right)
        case .subtract: return .real(left - right)
        case .multiply: return .real(left * right)
        case .power:
            let power = pow(left, right)
            guard power.isFinite || !left.isFinite || !right.isFinite else {
                throw failure("\(left.pythonText) ** \(right.pythonText) is not a number here")
            }
            return .real(power)
        case .divide, .floorDivide, .remainder:
            guard right != 0 else { throw failure("a division by zero") }
            if operation == .divide { return .real(left / right) }
            // As in Python, which is exact where a quotient would not be.
            var rest = fmod(left, right)
            var quotient = (left - rest) / right
            if rest == 0 {
                rest = right.sign == .minus ? -0.0 : 0
            } else if (right < 0) != (rest < 0) {
                rest += right
                quotient -= 1
            }
            guard operation == .floorDivide else { return .real(rest) }
            guard quotient != 0 else { return .real((left / right).sign == .minus ? -0.0 : 0) }
            let whole = quotient.rounded(.down)
            return .real(quotient - whole > 0.5 ? whole + 1 : whole)
        case .concatenate:
            throw failure("numbers cannot be concatenated")
        }
    }

    // MARK: - Comparison

    func holds(
        _ left: TemplateValue,
        _ comparison: TemplateExpression.Comparison,
        _ right: TemplateValue
    ) throws(TemplateError) -> Bool {
        switch comparison {
        case .equal: try areEqual(left, right)
        case .unequal: try !areEqual(left, right)
        case .less: try precedes(left, right)
        case .greater: try precedes(right, left)
        case .lessOrEqual: try precedes(left, right) ? true : try areEqual(left, right)
        case .greaterOrEqual: try precedes(right, left) ? true : try areEqual(left, right)
        case .isIn: try contains(right, left)
        case .isNotIn: try !contains(right, left)
        }
    }

    func areEqual(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
        try spend(1)
        switch (left, right) {
        case (.undefined, .undefined), (.none, .none): return true
        case (.text(let left), .text(let right)):
            try spend(min(left.count, right.count) / 64)
            return left.bytes == right.bytes
        case (.list(let left), .list(let right)):
            guard left.items.count == right.items.count, left.isTuple == right.isTuple else {
                return false
            }
            for (left, right) in zip(left.items, right.items)
            where try !areEqual(left, right) { return false }
            return true
        case (.mapping(let left), .mapping(let right)):
            guard left.entries.count == right.entries.count else { return false }
            for (key, value) in left.entries {
                guard let index = try index(of: key, in: right.entries),
                    try areEqual(value, right.entries[index].value)
                else { return false }
            }
            return true
        case (.namespace(let left), .namespace(let right)): return left === right
        case (.generator(let left), .generator(let right)): return left === right
        default:
            if let left = left.integer, let right = right.integer { return left == right }
            guard let left = left.real, let right = right.real else { return false }
            return left == right
        }
    }

    func precedes(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateError) -> Bool {
        try spend(1)
        switch (left, right) {
        case (.text(let left), .text(let right)):
            try spend(min(left.count, right.count) / 64)
            // The byte order of UTF-8 is that of code points.
            return left.bytes.lexicographicallyPrecedes(right.bytes)
        case (.list(let left), .list(let right))
        where left.isTuple == right.isTuple && left.view == nil && right.view == nil:
            for (left, right) in zip(left.items, right.items)
            where try !areEqual(left, right) { return try precedes(left, right) }
            return left.items.count < right.items.count
        default:
            if let left = left.integer, let right = right.integer { return left < right }
            guard let first = left.real, let second = right.real else {
                throw failure("\(left.typeName) and \(right.typeName) have no order")
            }
            return first < second
        }
    }

    /// Whether a value is in a container.
    func contains(
        _ container: TemplateValue,
        _ value: TemplateValue
    ) throws(TemplateError) -> Bool {
        switch container {
        case .text(let text):
            guard case .text(let part) = value else {
                throw failure("\(value.typeName) cannot be in a string")
            }
            try spend((text.count + part.count) / 16)
            return text.firstOffset(of: part) != nil
        case .mapping(let mapping):
            return try index(of: value, in: mapping.entries) != nil
        default:
            for item in try items(of: container) where try areEqual(item, value) { return true }
            return false
        }
    }
}

extension TemplateValue {
    /// The value as an integer; true is 1.
    var integer: Int? {
        switch self {
        case .integer(let value): value
        case .boolean(let value): value ? 1 : 0
        default: nil
        }
    }

    /// The value as a number.
    var real: Double? {
        if case .real(let value) = self { return value }
        return integer.map(Double.init)
    }
}
