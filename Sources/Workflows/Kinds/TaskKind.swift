public import JSON

/// A kind of task: what it takes, what it yields, and how it is done.
public protocol TaskKind: Sendable {
    /// The name in `uses`, such as `data.prepare`.
    var name: String { get }
    /// One sentence for the documentation and for editors.
    var summary: String { get }
    /// A part of every key; raised when the same inputs yield another result.
    var version: Int { get }
    /// The inputs that it takes.
    var inputs: [TaskInput] { get }
    /// The outputs that it may yield.
    var outputs: [TaskOutput] { get }
    /// Whether it may yield others too, which are known only when it has run.
    var hasOtherOutputs: Bool { get }
    /// The processor cores that it uses, if the task does not say.
    var cores: Int { get }
    /// How often it is done if a process dies.
    var effect: TaskEffect { get }

    /// Where a result may be used again.
    func reuse(of inputs: JSONObject) -> TaskReuse

    /// Checks inputs whose values are known before anything runs; the others are missing.
    ///
    /// - Returns: A sentence for each fault, with the name of the input.
    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)]

    /// Checks inputs before anything runs, also which are given.
    ///
    /// - Parameters:
    ///   - inputs: Those whose values are known.
    ///   - given: The names of all of them, also of those whose values are not known yet.
    /// - Returns: A sentence for each fault, with the name of the input.
    func faults(
        in inputs: JSONObject,
        given: Set<String>,
        folder: String
    ) -> [(input: String, fault: String)]

    /// What the named inputs count as in the key, in place of their values: the digests of files,
    /// datasets and models. Null for one that does not count.
    ///
    /// - Throws: ``FlowError`` for something that does not exist.
    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue]

    /// Whether everything that the outputs of an earlier result name still exists, such as an
    /// adapter's folder; otherwise the task runs again. The caller checks the files of the result.
    func isIntact(_ outputs: JSONObject) -> Bool

    /// What it would take with these inputs; nil if that is not known.
    ///
    /// It reads, but measures nothing.
    func cost(of inputs: JSONObject, folder: String) -> TaskCost?

    /// Does the task.
    ///
    /// Called on a thread of its own; a kind with the effect ``TaskEffect/once`` within the
    /// transaction that records its result. Returns soon after ``TaskCall/isCancelled`` is true.
    ///
    /// - Throws: ``FlowError``: `failed` if it may be tried again, `invalid` and `refused` if not;
    ///   `CancellationError` once it was cancelled.
    func run(_ call: TaskCall) throws -> TaskResult
}

extension TaskKind {
    /// None.
    public var hasOtherOutputs: Bool { false }
    /// One.
    public var cores: Int { 1 }
    /// Not known.
    public func cost(of inputs: JSONObject, folder: String) -> TaskCost? { nil }
    /// True.
    public func isIntact(_ outputs: JSONObject) -> Bool { true }
    /// None.
    public func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        []
    }
    /// Those of the values alone.
    public func faults(
        in inputs: JSONObject,
        given: Set<String>,
        folder: String
    ) -> [(input: String, fault: String)] { faults(in: inputs, folder: folder) }
    /// Nothing: all inputs count as their values.
    public func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        [:]
    }
}

/// An input of a kind of task.
public struct TaskInput: Sendable, Equatable {
    /// How the text of an input is read.
    public enum Syntax: Sendable, Equatable {
        /// As a value with expressions.
        case value
        /// As a command line of the shell: each expression becomes one quoted word.
        case command
    }

    /// Its name.
    public var name: String
    /// Its type; a list of types would be ``ValueType/any``.
    public var type: ValueType
    /// Whether it must be given.
    public var isRequired: Bool
    /// One sentence.
    public var help: String
    /// How its text is read.
    public var syntax: Syntax

    /// Creates an input.
    public init(
        _ name: String,
        _ type: ValueType,
        isRequired: Bool = false,
        syntax: Syntax = .value,
        help: String
    ) {
        self.name = name
        self.type = type
        self.isRequired = isRequired
        self.syntax = syntax
        self.help = help
    }
}

/// An output of a kind of task.
public struct TaskOutput: Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Its type.
    public var type: ValueType
    /// One sentence.
    public var help: String

    /// Creates an output.
    public init(_ name: String, _ type: ValueType, help: String) {
        self.name = name
        self.type = type
        self.help = help
    }
}

/// Where a result of a task may be used again.
public enum TaskReuse: Sendable, Equatable {
    /// In every flow run.
    case anywhere
    /// In retries and forks of the flow run that it was made in.
    case sameFlowRun
}

/// How often the effect of a task happens if its process dies and it is retried.
public enum TaskEffect: Sendable, Equatable {
    /// Once: it is a change of the store, in the transaction that records the result.
    case once
    /// At least once, each time with the same key.
    case atLeastOnce
}
