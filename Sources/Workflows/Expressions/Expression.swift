import JSON

/// An expression between `${` and `}`.
public struct Expression: Sendable {
    /// The text between the braces.
    public let text: String
    /// Where the text begins in its file; nil if it was not read from a file.
    public let position: SourcePosition?
    let root: Node

    /// A part of an expression, and where it begins.
    struct Node: Sendable {
        var kind: Kind
        /// In Unicode scalars from the start of the expression.
        var offset: Int
    }

    /// What a part of an expression is.
    indirect enum Kind: Sendable {
        case literal(JSONValue)
        /// A parameter, a task, `flow` or `matrix`.
        case name(String)
        /// What lies below a value.
        case path(Node, [Step])
        case unary(UnaryOperator, Node)
        case binary(Node, BinaryOperator, Node)
        case call(ExpressionFunction, [Node])
    }

    /// A step from a value to a part of it.
    struct Step: Sendable {
        var kind: StepKind
        /// In Unicode scalars from the start of the expression.
        var offset: Int
    }

    /// The kinds of step.
    enum StepKind: Sendable {
        /// `.name`
        case member(String)
        /// `[0]` or `['key']`
        case element(Node)
        /// `[*]`: the steps after it apply to each element.
        case each
    }

    /// The place of a part in the file; nil if the expression was not read from a file.
    func position(at offset: Int) -> SourcePosition? { position?.moved(by: offset, in: text) }

    /// The names of parameters and tasks that it refers to, each once, in their order in the text.
    var names: [String] {
        var names: [String] = []
        visit(root) { node in
            if case .name(let name) = node.kind, !names.contains(name) { names.append(name) }
        }
        return names
    }

    /// Calls `body` with a node and all nodes below it.
    func visit(_ node: Node, _ body: (Node) -> Void) {
        body(node)
        switch node.kind {
        case .literal, .name: break
        case .path(let start, let steps):
            visit(start, body)
            for step in steps {
                if case .element(let index) = step.kind { visit(index, body) }
            }
        case .unary(_, let operand): visit(operand, body)
        case .binary(let left, _, let right):
            visit(left, body)
            visit(right, body)
        case .call(_, let arguments): for argument in arguments { visit(argument, body) }
        }
    }
}

/// An operator before its operand.
enum UnaryOperator: String, Sendable {
    case negative = "-"
    case not
}

/// An operator between two operands.
enum BinaryOperator: String, Sendable {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case remainder = "%"
    case equal = "=="
    case unequal = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case and
    case or

    var isArithmetic: Bool {
        switch self {
        case .add, .subtract, .multiply, .divide, .remainder: true
        default: false
        }
    }

    var isOrdering: Bool {
        switch self {
        case .less, .lessOrEqual, .greater, .greaterOrEqual: true
        default: false
        }
    }
}

/// A function that expressions can call.
enum ExpressionFunction: String, Sendable, CaseIterable {
    case min
    case max
    case len
    case best

    /// How many arguments it takes.
    var argumentCounts: ClosedRange<Int> {
        switch self {
        case .min, .max: 1...100
        case .len: 1...1
        case .best: 2...3
        }
    }
}

/// A fault of an expression's text, with its place in Unicode scalars from the start of the text.
package struct ExpressionFault: Error, Equatable {
    package var offset: Int
    package var message: String
}
