/// An expression of a chat template and the line it begins on.
struct TemplateExpression: Sendable {
    indirect enum Kind: Sendable {
        case none
        case boolean(Bool)
        case integer(Int)
        case real(Double)
        case text([UInt8])
        case name(String)
        case list([TemplateExpression])
        case tuple([TemplateExpression])
        case mapping([(key: TemplateExpression, value: TemplateExpression)])
        case attribute(TemplateExpression, String)
        case element(TemplateExpression, TemplateExpression)
        case slice(TemplateExpression, Slice)
        case call(TemplateExpression, Arguments)
        /// The filter is nil if the name is unknown: an error, but only if it is reached.
        case filter(TemplateExpression, TemplateFilter?, name: String, Arguments)
        case test(TemplateExpression, TemplateTest?, name: String, Arguments, isNegated: Bool)
        case not(TemplateExpression)
        case negated(TemplateExpression)
        case arithmetic(TemplateExpression, Operator, TemplateExpression)
        case and(TemplateExpression, TemplateExpression)
        case or(TemplateExpression, TemplateExpression)
        case comparison(TemplateExpression, [(Comparison, TemplateExpression)])
        case conditional(
            TemplateExpression,
            condition: TemplateExpression,
            otherwise: TemplateExpression?
        )
    }

    struct Slice: Sendable {
        var start: TemplateExpression?
        var stop: TemplateExpression?
        var step: TemplateExpression?
    }

    struct Arguments: Sendable {
        var positional: [TemplateExpression] = []
        var named: [(name: String, value: TemplateExpression)] = []
    }

    enum Operator: Sendable {
        case add, subtract, concatenate, multiply, divide, floorDivide, remainder, power
    }

    enum Comparison: Sendable {
        case equal, unequal, less, lessOrEqual, greater, greaterOrEqual, isIn, isNotIn
    }

    let kind: Kind
    let line: Int
}

/// A statement of a chat template and the line it begins on.
struct TemplateStatement: Sendable {
    indirect enum Kind: Sendable {
        case text([UInt8])
        case output(TemplateExpression)
        case conditional(
            [(condition: TemplateExpression, body: [TemplateStatement])],
            otherwise: [TemplateStatement]
        )
        case loop(Loop)
        case assignment(TemplateTarget, TemplateExpression)
        /// `{% set x %}…{% endset %}`
        case capture(TemplateTarget, [AppliedFilter], [TemplateStatement])
        /// `{% filter f %}…{% endfilter %}`
        case filtered([AppliedFilter], [TemplateStatement])
        case scope([(TemplateTarget, TemplateExpression)], [TemplateStatement])
        case macro(MacroDefinition)
        /// `{% call m() %}…{% endcall %}`, the body being the macro `caller`.
        case callBlock(TemplateExpression, MacroDefinition)
        case generation([TemplateStatement])
        case leaveLoop
        case nextIteration
    }

    struct Loop: Sendable {
        let target: TemplateTarget
        let items: TemplateExpression
        let condition: TemplateExpression?
        let body: [TemplateStatement]
        let otherwise: [TemplateStatement]
        /// Whether the body may call the loop for nested items.
        let isRecursive: Bool
    }

    struct MacroDefinition: Sendable {
        let name: String
        let parameters: [(name: String, standard: TemplateExpression?)]
        let body: [TemplateStatement]
        /// Whether the body uses `varargs` and `kwargs`, the arguments beyond the parameters.
        let takesMoreValues: Bool
        let takesMoreNames: Bool
    }

    struct AppliedFilter: Sendable {
        let filter: TemplateFilter?
        let name: String
        let arguments: TemplateExpression.Arguments
        let line: Int
    }

    let kind: Kind
    let line: Int
}

/// A target of an assignment.
indirect enum TemplateTarget: Sendable {
    case name(String)
    case attribute(of: String, String)
    case tuple([TemplateTarget])
}

/// The supported filters.
enum TemplateFilter: String, Sendable {
    case abs, attr, batch, capitalize, center, count, `default`, d, dictsort, e, escape, first,
        float
    case forceescape, format, groupby, indent, int, items, join, last, length, list, lower, map, max
    case min, reject, rejectattr, replace, reverse, round, safe, select, selectattr, slice, sort
    case string, sum, title, tojson, trim, truncate, unique, upper, wordcount
}

/// The supported tests after `is`.
enum TemplateTest: String, Sendable {
    case boolean, callable, defined, divisibleby, eq, equalto, even, `false`, filter, float, ge
    case greaterthan, gt, `in`, integer, iterable, le, lessthan, lower, lt, mapping, ne, none,
        number
    case odd, sameas, sequence, string, test, `true`, undefined, upper
}
