import JSON

extension ExpressionCheck {
    /// The type of a call.
    func call(
        _ function: ExpressionFunction,
        _ arguments: [Expression.Node],
        _ offset: Int
    ) -> StaticType {
        var found: [StaticType] = []
        for (place, argument) in arguments.enumerated() {
            let isChosenFrom = place == 0 && (function == .best || function == .len)
            found.append(type(argument, isChosenFrom: isChosenFrom))
        }
        switch function {
        case .len:
            if found[0].isNumber || found[0] == .boolean || found[0] == .null {
                fault(offset, "len takes a list, names or a text, not \(found[0].described).")
            }
            return .integer
        case .best: return best(found, arguments, offset)
        case .min, .max:
            if found.count == 1 {
                switch found[0] {
                case .list(let element): found = [element]
                case .any: return .any
                default:
                    fault(offset, "\(function.rawValue) takes a list, or several values.")
                    return .any
                }
            }
            let common = StaticType.common(found)
            let isMixed = common == .any && !found.contains(.any)
            if isMixed || (common != .any && common != .text && !common.isNumber) {
                fault(offset, "\(function.rawValue) takes numbers, or texts.")
            }
            return common
        }
    }

    private func best(
        _ found: [StaticType],
        _ arguments: [Expression.Node],
        _ offset: Int
    ) -> StaticType {
        if found[1] != .text, found[1] != .any {
            fault(offset, "The second argument of best is a name in quotes.")
        }
        if arguments.count == 3, case .literal(let order) = arguments[2].kind,
            order != "min" && order != "max"
        {
            fault(arguments[2].offset, "The third argument of best is 'min' or 'max'.")
        }
        guard case .list(let element) = found[0] else {
            if found[0] != .any {
                fault(offset, "best takes a list, not \(found[0].described).")
            }
            return .any
        }
        if case .literal(.string(let key)) = arguments[1].kind {
            let type = part(key, of: element, arguments[1].offset, "an element of the list")
            if !type.maybeNumber {
                fault(arguments[1].offset, "\(key) is \(type.described), not a number.")
            }
        }
        return element
    }
}
