public import JSON

/// A flow: tasks, and the edges between them.
///
/// Made by ``FlowReader`` from a file, which has checked names, types and edges: the tasks have no
/// cycle.
public struct Flow: Sendable {
    /// The name.
    public var name: String
    /// The absolute path of the file.
    public var path: String
    /// The text of the file, which a flow run keeps.
    public var source: String
    /// The parameters, in the order of the file.
    public var parameters: [FlowParameter]
    /// The tasks, in the order of the file.
    public var tasks: [FlowTask]
    /// When it runs by itself.
    public var schedules: [FlowSchedule]
    /// What is called when a flow run ends.
    public var hooks: [FlowHook]
    /// How many tasks run at once; nil: as many as the machine has room for.
    public var maxParallel: Int?

    /// The folder of the file, which paths in it are relative to.
    public var folder: String

    /// Creates a flow from its parts.
    public init(
        name: String,
        path: String,
        folder: String,
        source: String,
        parameters: [FlowParameter] = [],
        tasks: [FlowTask],
        schedules: [FlowSchedule] = [],
        hooks: [FlowHook] = [],
        maxParallel: Int? = nil
    ) {
        self.name = name
        self.path = path
        self.folder = folder
        self.source = source
        self.parameters = parameters
        self.tasks = tasks
        self.schedules = schedules
        self.hooks = hooks
        self.maxParallel = maxParallel
    }
}

/// A parameter of a flow.
public struct FlowParameter: Sendable, Equatable {
    /// The name.
    public var name: String
    /// The type: that of the default; of a null one the type after `!required`, or any.
    public var type: ValueType
    /// The default; null: a value must be given.
    public var defaultValue: JSONValue
    /// Whether its value is masked wherever it is shown or logged.
    public var isSecret: Bool

    /// Creates a parameter.
    public init(name: String, type: ValueType, defaultValue: JSONValue, isSecret: Bool = false) {
        self.name = name
        self.type = type
        self.defaultValue = defaultValue
        self.isSecret = isSecret
    }
}

/// What is called when a flow run ends.
public struct FlowHook: Sendable, Equatable {
    /// The end that it is called at.
    public enum Occasion: String, Sendable, CaseIterable {
        /// All tasks ended well.
        case success
        /// A task failed.
        case failure
        /// The process of the flow run ended without recording how.
        case crash
    }

    /// What is done.
    public enum Target: Sendable, Equatable {
        /// A command line of the shell, in the folder of the flow's file.
        case command(String)
        /// The URL that a JSON object is sent to by POST.
        case webhook(String)
    }

    /// The end that it is called at.
    public var occasion: Occasion
    /// What is done.
    public var target: Target

    /// Creates a hook.
    public init(_ occasion: Occasion, _ target: Target) {
        self.occasion = occasion
        self.target = target
    }
}
