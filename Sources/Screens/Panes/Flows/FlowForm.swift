import JSON
import Presentation
package import TerminalUI
package import Workflows
package import Workspace

/// The form of a new flow run, or of a retry with other parameters, with its plan.
package struct FlowForm: Equatable, Sendable {
    /// What the form does.
    package enum Purpose: Equatable, Sendable {
        /// It starts the flow of a file.
        case start(path: String)
        /// It retries a flow run, or forks it.
        case retry(run: String)
    }

    /// What the form does.
    package let purpose: Purpose
    /// The name of the flow.
    package let flow: String
    /// The fields and answers.
    package var form: FormState
    /// The last plan; nil before the first.
    package private(set) var plan: FlowPlan?
    /// The order of ``plan``.
    package private(set) var planned: FlowOrder?
    /// The order that is being planned.
    package private(set) var pending: FlowOrder?
    /// Why the order cannot be run.
    package private(set) var problem: WorkspaceError?
    /// Whether the flow run is being started.
    package var isStarting = false
    private let parameters: [FlowParameter]
    private let first: [String: String]
    private var refused: FlowOrder?

    private static let prefix = "p."
    static let beginning = "what has no result"
    static let start = "the start"

    /// A form for a new flow run.
    package init(_ outline: FlowOutline) {
        let values = outline.parameters.map { ($0.name, Self.text($0.defaultValue, of: $0)) }
        self.init(
            .start(path: outline.path),
            flow: outline.name,
            outline.parameters,
            Dictionary(values) { first, _ in first }
        )
    }

    /// A form for a retry of a flow run, whose plan without changes is known.
    ///
    /// - Parameter task: The task that the retry can begin from.
    package init(run: String, _ plan: FlowPlan, task: String?) {
        let values = plan.parameters.map { parameter in
            let value = plan.values[parameter.name] ?? parameter.defaultValue
            return (parameter.name, Self.text(value, of: parameter))
        }
        self.init(
            .retry(run: run),
            flow: plan.flow,
            plan.parameters,
            Dictionary(values) { first, _ in first },
            from: [Self.beginning, Self.start] + (task.map { [$0] } ?? [])
        )
        self.plan = plan
        planned = FlowOrder()
    }

    private init(
        _ purpose: Purpose,
        flow: String,
        _ parameters: [FlowParameter],
        _ values: [String: String],
        from: [String] = []
    ) {
        self.purpose = purpose
        self.flow = flow
        self.parameters = parameters
        first = values
        var fields = parameters.map(Self.field)
        var answers: [String: String] = [:]
        for (name, value) in values { answers[Self.prefix + name] = value }
        if !from.isEmpty {
            fields.append(
                FormField(
                    "from",
                    "begin from",
                    .choice(from),
                    hint: "which tasks run again; others are used if their inputs are the same"
                )
            )
        }
        form = FormState(fields, values: answers)
        check()
    }

    /// What the answers order; nil while one is not valid.
    package var order: FlowOrder? {
        guard form.isValid else { return nil }
        var order = FlowOrder()
        for parameter in parameters {
            let value = form.value(Self.prefix + parameter.name)
            if value != first[parameter.name] { order.parameters[parameter.name] = value }
        }
        switch form.value("from") {
        case "", Self.beginning: break
        case Self.start: order.startsOver = true
        case let task: order.from = task
        }
        return order
    }

    /// The names of the parameters whose values are not shown.
    package var secret: Set<String> { Set(parameters.filter(\.isSecret).map(\.name)) }

    /// Applies a key; false if it is not for the form.
    mutating func handle(_ key: Key) -> Bool {
        guard !isStarting, form.handle(key) else { return false }
        check()
        return true
    }

    /// Gives a question the focus.
    mutating func click(_ id: String) { if !isStarting { form.focus(id) } }

    /// Pastes into the focused answer.
    mutating func paste(_ text: String) {
        guard !isStarting else { return }
        form.paste(text)
        check()
    }

    /// The plan to request now; nil if the last one is still valid or one is under way.
    mutating func nextPlan() -> Effect? {
        guard pending == nil, !isStarting, let order, order != planned, order != refused else {
            return nil
        }
        pending = order
        problem = nil
        switch purpose {
        case .start(let path): return FlowsWork.plan(path, order)
        case .retry(let run): return FlowsWork.planFork(run, order)
        }
    }

    mutating func take(_ plan: FlowPlan, for order: FlowOrder) {
        guard order == pending else { return }
        pending = nil
        self.plan = plan
        planned = order
        refused = nil
        problem = nil
    }

    mutating func take(_ error: WorkspaceError, for order: FlowOrder) {
        guard order == pending else { return }
        pending = nil
        refused = order
        problem = error
    }

    mutating func startingFailed(_ error: WorkspaceError) {
        isStarting = false
        problem = error
    }

    /// Checks what the kinds of fields do not.
    private mutating func check() {
        for parameter in parameters {
            let id = Self.prefix + parameter.name
            let text = form.value(id)
            form.setProblem(id, problem(with: text, of: parameter))
        }
    }

    private func problem(with text: String, of parameter: FlowParameter) -> String? {
        if text.isEmpty {
            // A secret value of the flow run before stays if nothing is typed.
            let isKept = parameter.isSecret && purpose != .start(path: startPath)
            let isRequired = parameter.defaultValue == .null || parameter.type != .text
            return isRequired && !isKept ? "it needs a value" : nil
        }
        switch parameter.type {
        case .list, .object:
            let value = try? JSONParser.parse(Array(text.utf8))
            let type = value.flatMap { ValueType($0) }
            if type == parameter.type { return nil }
            return parameter.type == .list
                ? "write a list as JSON, such as [1, 2]" : "write an object as JSON"
        case .integer, .number, .text, .boolean, .any: return nil
        }
    }

    private var startPath: String { if case .start(let path) = purpose { path } else { "" } }

    private static func field(_ parameter: FlowParameter) -> FormField {
        let isRequired = parameter.defaultValue == .null
        let kind: FormField.Kind =
            switch parameter.type {
            case _ where parameter.isSecret: .secret(placeholder: isRequired ? "" : "as before")
            case .integer: .number(isInteger: true)
            case .number: .number()
            case .boolean: .toggle
            case .text, .list, .object, .any: .text(placeholder: isRequired ? "" : "empty")
            }
        let standard = parameter.isSecret ? "" : FlowText.value(parameter.defaultValue)
        let hint = isRequired || standard.isEmpty ? "" : ", by default \(standard)"
        return FormField(
            prefix + parameter.name,
            parameter.name,
            kind,
            hint: type(parameter) + hint
        )
    }

    private static func type(_ parameter: FlowParameter) -> String {
        switch parameter.type {
        case .integer: "a whole number"
        case .number: "a number"
        case .text: "a text"
        case .boolean: "on or off"
        case .list: "a list, as JSON"
        case .object: "an object, as JSON"
        case .any: "any value"
        }
    }

    private static func text(_ value: JSONValue, of parameter: FlowParameter) -> String {
        if parameter.isSecret { return "" }
        if value == .null { return parameter.type == .boolean ? "false" : "" }
        return FlowText.value(value)
    }
}
