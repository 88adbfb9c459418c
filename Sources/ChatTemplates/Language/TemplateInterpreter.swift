import Platform

/// Runs one template on one list of messages.
final class TemplateInterpreter {
    /// Limits far above those of any published template, so that a hostile one ends.
    enum Limit {
        /// Expressions and statements evaluated, plus the work of operations, beyond a multiple of
        /// the bytes in the messages.
        static let steps = 2_000_000
        /// The nesting of expressions, statements and macros.
        static let depth = 600
        /// Bytes of a string, beyond a multiple of the messages' size.
        static let textBytes = 8 << 20
        static let listItems = 1_000_000
        /// As in Jinja's sandbox.
        static let rangeItems = 100_000
        /// The nesting of lists.
        static let valueDepth = 64
    }

    /// How the statements of a body ended.
    enum Flow {
        case next, leaveLoop, nextIteration
    }

    var scope: TemplateScope
    /// The message of the current iteration.
    private(set) var message: Int?
    /// The line of the current statement, for errors.
    var line = 1
    let clock: @Sendable () -> Int

    private var output = TemplateText()
    /// Whether output goes to a value instead of the rendered text.
    private var isCapturing = false
    private var isGenerating = false
    private var steps = 0
    private var depth = 0
    private let maxTextLength: Int
    private let maxSteps: Int
    /// Objects that can refer to themselves, to be cleared at the end.
    private var namespaces: [TemplateNamespace] = []
    private var macroScopes: [TemplateScope] = []

    init(variables: [String: TemplateValue], inputBytes: Int, clock: @escaping @Sendable () -> Int)
    {
        let globals = TemplateScope(parent: nil)
        for function in TemplateFunction.allCases {
            globals.values[function.rawValue] = .function(function)
        }
        globals.values.merge(variables) { $1 }
        scope = TemplateScope(parent: globals)
        maxTextLength = Limit.textBytes + 8 * inputBytes
        maxSteps = Limit.steps + 8 * inputBytes
        self.clock = clock
    }

    /// The text that the statements write.
    func run(_ statements: [TemplateStatement]) throws(TemplateError) -> TemplateText {
        defer {
            for namespace in namespaces { namespace.values = [:] }
            for scope in macroScopes { scope.values = [:] }
        }
        _ = try execute(statements)
        return output
    }

    // MARK: - Errors and limits

    func failure(_ message: String) -> TemplateError {
        TemplateError(
            .runtime,
            "The chat template failed at line \(line): \(message).",
            hint: "Check that the messages are what the template expects."
        )
    }

    func excess(_ message: String) -> TemplateError {
        TemplateError(
            .limit,
            "The chat template was stopped at line \(line): \(message).",
            hint: "No published template needs as much; look for a loop without an end."
        )
    }

    /// Counts work, so that no template runs forever.
    func spend(_ cost: Int) throws(TemplateError) {
        steps += cost
        if steps > maxSteps { throw excess("it took more than \(maxSteps) steps") }
    }

    /// Counts the work of iterating over a text character by character.
    func spend(characters text: TemplateText) throws(TemplateError) {
        try spend(text.count / 4)
    }

    /// Runs `body` one level deeper.
    func nested<Result>(
        _ body: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        guard depth < Limit.depth else {
            throw excess("calls and expressions go deeper than \(Limit.depth) levels")
        }
        depth += 1
        defer { depth -= 1 }
        try spend(1)
        return try body()
    }

    /// Refuses a text longer than the limit before it is created.
    func checkLength(_ count: Int) throws(TemplateError) {
        guard count <= maxTextLength else {
            throw excess("a string is longer than \(maxTextLength) bytes")
        }
        try spend(count / 64)
    }

    /// Refuses a text that has grown beyond the limit.
    func checkGrowth(of text: TemplateText) throws(TemplateError) {
        guard text.count <= maxTextLength else {
            throw excess("a string is longer than \(maxTextLength) bytes")
        }
    }

    func makeText(_ text: TemplateText) throws(TemplateError) -> TemplateValue {
        try checkLength(text.count)
        return .text(text)
    }

    func makeList(
        _ items: [TemplateValue],
        isTuple: Bool = false,
        view: String? = nil
    ) throws(TemplateError) -> TemplateValue {
        guard items.count <= Limit.listItems else {
            throw excess("a list has more than \(Limit.listItems) items")
        }
        try spend(items.count)
        let list = TemplateList(items, isTuple: isTuple, view: view)
        try check(depth: list.depth)
        return .list(list)
    }

    /// Creates a value that can be iterated once.
    func makeGenerator(_ items: [TemplateValue]) throws(TemplateError) -> TemplateValue {
        try spend(items.count)
        let generator = TemplateGenerator(items)
        try check(depth: generator.depth)
        return .generator(generator)
    }

    func makeMapping(
        _ entries: [(key: TemplateValue, value: TemplateValue)]
    ) throws(TemplateError) -> TemplateValue {
        try spend(entries.count)
        let mapping = TemplateMapping(entries)
        try check(depth: mapping.depth)
        return .mapping(mapping)
    }

    private func check(depth: Int) throws(TemplateError) {
        guard depth <= Limit.valueDepth else {
            throw excess("lists are nested deeper than \(Limit.valueDepth) levels")
        }
    }

    func makeNamespace() -> TemplateNamespace {
        let namespace = TemplateNamespace()
        namespaces.append(namespace)
        return namespace
    }

    // MARK: - Output

    /// Writes to the rendered text, or to the captured one.
    func write(_ text: TemplateText) throws(TemplateError) {
        guard output.count + text.count <= maxTextLength else {
            throw excess("the text is longer than \(maxTextLength) bytes")
        }
        try spend(text.count / 64)
        output.append(
            text.mapOrigins { origin in
                var origin = origin
                if isGenerating { origin.isGenerated = true }
                if !isCapturing, origin.field == nil, let message { origin.message = message }
                return origin
            }
        )
    }

    /// A text from the template itself.
    func literal(_ bytes: [UInt8]) -> TemplateText {
        TemplateText(bytes, origin: TemplateOrigin(message: message))
    }

    /// The output of `body`, as a value.
    func capture(_ body: () throws(TemplateError) -> Void) throws(TemplateError) -> TemplateText {
        let (outer, wasCapturing) = (output, isCapturing)
        (output, isCapturing) = (TemplateText(), true)
        defer { (output, isCapturing) = (outer, wasCapturing) }
        try body()
        return output
    }

    /// Runs `body` in a scope of its own.
    func scoped<Result>(
        in parent: TemplateScope,
        _ body: () throws(TemplateError) -> Result
    ) throws(TemplateError) -> Result {
        let outer = scope
        scope = TemplateScope(parent: parent)
        defer { scope = outer }
        return try body()
    }

    // MARK: - Statements

    func execute(_ statements: [TemplateStatement]) throws(TemplateError) -> Flow {
        for statement in statements {
            let flow = try nested { () throws(TemplateError) in try execute(statement) }
            if flow != .next { return flow }
        }
        return .next
    }

    private func execute(_ statement: TemplateStatement) throws(TemplateError) -> Flow {
        line = statement.line
        switch statement.kind {
        case .text(let text):
            try write(literal(text))
        case .output(let expression):
            let value = try evaluate(expression)
            line = statement.line
            try write(text(of: value))
        case .conditional(let branches, let otherwise):
            for (condition, body) in branches where try evaluate(condition).isTruthy {
                return try execute(body)
            }
            return try execute(otherwise)
        case .loop(let loop):
            try execute(loop)
        case .assignment(let target, let expression):
            let value = try evaluate(expression)
            line = statement.line
            try assign(value, to: target)
        case .capture(let target, let filters, let body):
            let value = try captured(body, filters)
            try assign(value, to: target)
        case .filtered(let filters, let body):
            try write(text(of: captured(body, filters)))
        case .scope(let assignments, let body):
            return try scoped(in: scope) { () throws(TemplateError) in
                let outer = scope
                for (target, expression) in assignments {
                    try assign(evaluate(expression), to: target)
                }
                scope = outer
                return try execute(body)
            }
        case .macro(let definition):
            scope.values[definition.name] = .macro(makeMacro(definition))
        case .callBlock(let expression, let definition):
            try executeCall(expression, caller: makeMacro(definition))
        case .generation(let body):
            let wasGenerating = isGenerating
            isGenerating = true
            defer { isGenerating = wasGenerating }
            return try scoped(in: scope) { () throws(TemplateError) in try execute(body) }
        case .leaveLoop:
            return .leaveLoop
        case .nextIteration:
            return .nextIteration
        }
        return .next
    }

    private func makeMacro(_ definition: TemplateStatement.MacroDefinition) -> TemplateMacro {
        macroScopes.append(scope)
        return TemplateMacro(definition: definition, scope: scope)
    }

    private func captured(
        _ body: [TemplateStatement],
        _ filters: [TemplateStatement.AppliedFilter]
    ) throws(TemplateError) -> TemplateValue {
        let text = try scoped(in: scope) { () throws(TemplateError) in
            try capture { () throws(TemplateError) in _ = try execute(body) }
        }
        var value = TemplateValue.text(text)
        for filter in filters {
            let arguments = try evaluate(filter.arguments)
            line = filter.line
            value = try apply(filter.filter, name: filter.name, to: value, arguments)
        }
        return value
    }

    private func execute(_ loop: TemplateStatement.Loop) throws(TemplateError) {
        try execute(loop, over: evaluate(loop.items), depth: 0)
    }

    /// The output of a recursive loop for items within its items.
    func repeated(
        _ loop: TemplateLoop,
        over items: TemplateValue
    ) throws(TemplateError) -> TemplateText {
        guard let (statement, scope) = loop.recursion else {
            throw failure("only a loop that is recursive can be called")
        }
        return try scoped(in: scope) { () throws(TemplateError) in
            try capture { () throws(TemplateError) in
                try nested { () throws(TemplateError) in
                    try execute(statement, over: items, depth: loop.depth + 1)
                }
            }
        }
    }

    private func execute(
        _ loop: TemplateStatement.Loop,
        over iterated: TemplateValue,
        depth: Int
    ) throws(TemplateError) {
        var items = try self.items(of: iterated)
        try spend(items.count)
        if let condition = loop.condition {
            var kept: [TemplateValue] = []
            for item in items {
                let isKept = try scoped(in: scope) { () throws(TemplateError) in
                    try assign(item, to: loop.target)
                    return try evaluate(condition).isTruthy
                }
                if isKept { kept.append(item) }
            }
            items = kept
        }
        guard !items.isEmpty else {
            _ = try scoped(in: scope) { () throws(TemplateError) in try execute(loop.otherwise) }
            return
        }
        let state = TemplateLoop(
            TemplateList(items),
            depth: depth,
            recursion: loop.isRecursive ? (loop, scope) : nil
        )
        let outerMessage = message
        defer { message = outerMessage }
        for (index, item) in items.enumerated() {
            state.index = index
            message = item.message ?? outerMessage
            let flow = try scoped(in: scope) { () throws(TemplateError) in
                scope.values["loop"] = .loop(state)
                try assign(item, to: loop.target)
                return try execute(loop.body)
            }
            if flow == .leaveLoop { break }
        }
    }

    private func executeCall(
        _ expression: TemplateExpression,
        caller: TemplateMacro
    ) throws(TemplateError) {
        guard case .call(let callee, let arguments) = expression.kind,
            case .macro(let macro) = try evaluate(callee)
        else { throw failure("only a macro can be called by a \"call\" block") }
        try write(call(macro, evaluate(arguments), caller: caller))
    }

    private func assign(
        _ value: TemplateValue,
        to target: TemplateTarget
    ) throws(TemplateError) {
        switch target {
        case .name(let name):
            scope.values[name] = value
        case .attribute(let name, let attribute):
            guard case .namespace(let namespace) = scope.value(of: name) else {
                throw failure("only a namespace has attributes to set, and \"\(name)\" is none")
            }
            namespace.values[attribute] = value
        case .tuple(let targets):
            let items = try self.items(of: value)
            guard items.count == targets.count else {
                throw failure("\(items.count) values cannot be given to \(targets.count) names")
            }
            for (item, target) in zip(items, targets) { try assign(item, to: target) }
        }
    }
}
