import ArgumentParser
import Platform
import Workflows
import Workspace

/// The parameters of a flow run, and what of earlier results it uses.
struct FlowOrderOptions: ParsableArguments {
    @Option(
        name: [.customShort("p"), .customLong("param")],
        help: ArgumentHelp("A parameter; may be given several times.", valueName: "name=value")
    )
    var parameters: [String] = []
    @Option(help: "Begin from this task: it and what comes after it run again.") var from: String?
    @Flag(help: "Use no earlier results.") var noCache = false
    @Option(help: "Run this task even if its result is known; may be given several times.")
    var force: [String] = []

    /// The order that the options make.
    func order(startsOver: Bool = false) -> FlowOrder {
        FlowOrder(
            parameters: Dictionary(Self.pairs(parameters)) { $1 },
            from: from,
            ignoresCache: noCache,
            forced: Set(force),
            startsOver: startsOver
        )
    }

    private static func pairs(_ texts: [String]) -> [(String, String)] {
        texts.compactMap { text in
            text.firstIndex(of: "=").map {
                (String(text[..<$0]), String(text[text.index(after: $0)...]))
            }
        }
    }

    mutating func validate() throws {
        for text in parameters where text.firstIndex(of: "=").map({ $0 > text.startIndex }) != true
        {
            throw ValidationError("-p takes NAME=VALUE, such as -p epochs=1, not \(text).")
        }
        let names = Self.pairs(parameters).map(\.0)
        for (place, name) in names.enumerated() where names[..<place].contains(name) {
            throw ValidationError("-p \(name) is given twice.")
        }
        if from?.isEmpty == true { throw ValidationError("--from needs the name of a task.") }
    }
}

/// What is printed while a flow run is executed.
struct FlowFollowOptions: ParsableArguments {
    @Flag(help: "Print the lines that tasks log too, each behind the name of its task.")
    var logs = false
    @Flag(help: "Execute it in a process of its own, and print its id.") var detach = false

    mutating func validate() throws {
        if logs, detach { throw ValidationError("--logs and --detach exclude each other.") }
    }
}

/// The flow run that a command is about.
struct FlowRunArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A flow run's id or the beginning of it, or a flow's name: its newest one.",
            valueName: "flow-run"
        ),
        completion: .flowRuns
    )
    var reference: String

    func find(in workspace: Workspace) throws -> FlowRunSummary {
        try workspace.flows.find(reference)
    }
}

extension CompletionKind {
    /// Flow runs, by id and by the flow's name.
    static let flowRuns = names { workspace in
        let runs = try workspace.flows.list()
        return runs.map(\.flow).reduce(into: []) { names, name in
            if !names.contains(name) { names.append(name) }
        } + runs.map { String($0.id.prefix(8)) }
    }
    /// Flows, by name, and files.
    static let flows = names(orFiles: true) { try $0.flows.files().map(\.name) }
    /// The tasks of the newest flow run.
    static let flowTasks = names { workspace in
        guard let run = try workspace.flows.list().first else { return [] }
        let tasks = try workspace.flows.detail(run.id).tasks
        return tasks.map(\.id)
    }
}
