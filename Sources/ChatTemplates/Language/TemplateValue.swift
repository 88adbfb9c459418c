/// A value at run time.
enum TemplateValue {
    /// The value of an unset name; it prints as nothing and has no parts.
    case undefined(String)
    case none
    case boolean(Bool)
    case integer(Int)
    case real(Double)
    case text(TemplateText)
    case list(TemplateList)
    case mapping(TemplateMapping)
    case namespace(TemplateNamespace)
    case loop(TemplateLoop)
    case macro(TemplateMacro)
    case function(TemplateFunction)
    case generator(TemplateGenerator)
    indirect case method(TemplateMethod)

    /// The nesting depth of lists and mappings in the value.
    var depth: Int {
        switch self {
        case .list(let list): list.depth
        case .mapping(let mapping): mapping.depth
        case .loop(let loop): loop.items.depth + 1
        case .generator(let generator): generator.depth
        case .method(let method): method.owner.depth + 1
        default: 0
        }
    }

    var typeName: String {
        switch self {
        case .undefined: "an undefined value"
        case .none: "none"
        case .boolean: "a boolean"
        case .integer: "an integer"
        case .real: "a number"
        case .text: "a string"
        case .list: "a list"
        case .mapping: "a mapping"
        case .namespace: "a namespace"
        case .loop: "the loop"
        case .macro: "a macro"
        case .function: "a function"
        case .generator: "a generator"
        case .method: "a method"
        }
    }

    /// Whether the value is true in a condition.
    var isTruthy: Bool {
        switch self {
        case .undefined, .none: false
        case .boolean(let value): value
        case .integer(let value): value != 0
        case .real(let value): value != 0
        case .text(let text): !text.isEmpty
        case .list(let list): !list.items.isEmpty
        case .mapping(let mapping): !mapping.entries.isEmpty
        case .namespace, .loop, .macro, .function, .generator, .method: true
        }
    }

    /// The message that the value is, or is the content of.
    var message: Int? {
        guard case .mapping(let mapping) = self else { return nil }
        if let message = mapping.message { return message }
        // A template may rebuild messages; their contents still identify them.
        guard case .text(let text) = mapping["content"] else { return nil }
        return text.runs.first { $0.origin.field == .content }?.origin.message
    }
}

/// A list, a tuple, or a view of a mapping.
struct TemplateList {
    let items: [TemplateValue]
    var isTuple = false
    /// Python's name of the view if the list is a view of a mapping, which has no indices.
    var view: String?
    /// Whether it is a result of `groupby`: a `grouper` and its `list`.
    var isGroup = false
    let depth: Int

    /// The depth is one more than that of the deepest item.
    init(
        _ items: [TemplateValue],
        isTuple: Bool = false,
        view: String? = nil,
        isGroup: Bool = false
    ) {
        self.items = items
        self.isGroup = isGroup
        self.isTuple = isTuple
        self.view = view
        self.depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
    }
}

/// A mapping with ordered entries.
struct TemplateMapping {
    let entries: [(key: TemplateValue, value: TemplateValue)]
    /// The message that the mapping is.
    var message: Int?
    let depth: Int

    init(_ entries: [(key: TemplateValue, value: TemplateValue)], message: Int? = nil) {
        self.entries = entries
        self.message = message
        self.depth = 1 + (entries.lazy.map { max($0.key.depth, $0.value.depth) }.max() ?? 0)
    }

    subscript(name: String) -> TemplateValue? {
        for case (.text(let key), let value) in entries where key.bytes.elementsEqual(name.utf8) {
            return value
        }
        return nil
    }
}

/// A mutable record: the only thing that a loop can change for later statements.
final class TemplateNamespace {
    var values: [String: TemplateValue] = [:]
}

/// The value of the name `loop`.
final class TemplateLoop {
    let items: TemplateList
    /// How many loops of the same statement enclose it, if that is `recursive`.
    let depth: Int
    /// The statement and scope that a call of the loop runs.
    let recursion: (statement: TemplateStatement.Loop, scope: TemplateScope)?
    var index = 0
    /// The values of the last call of `changed`.
    var seen: [TemplateValue]?

    init(
        _ items: TemplateList,
        depth: Int,
        recursion: (statement: TemplateStatement.Loop, scope: TemplateScope)?
    ) {
        self.items = items
        self.depth = depth
        self.recursion = recursion
    }
}

/// Names and their values; an inner scope reads, but does not change, outer ones.
final class TemplateScope {
    var values: [String: TemplateValue] = [:]
    private(set) var parent: TemplateScope?

    init(parent: TemplateScope?) {
        self.parent = parent
    }

    func value(of name: String) -> TemplateValue? {
        var scope: TemplateScope? = self
        while let current = scope {
            if let value = current.values[name] { return value }
            scope = current.parent
        }
        return nil
    }
}

/// A macro and the scope it was defined in.
struct TemplateMacro {
    let definition: TemplateStatement.MacroDefinition
    let scope: TemplateScope
}

/// The functions every template can call.
enum TemplateFunction: String, CaseIterable {
    case range
    case namespace
    case dict
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"
}
