import EventBus
import Glibc
import Runs
import Synchronization
import TestModels
import Training
import Workspace

/// A folder with a tiny model, a dataset and a workspace, for one test.
struct TestWorkspace {
    let folder: String
    var home: String { "\(folder)/home" }
    var model: String { "\(folder)/tiny.gguf" }
    var data: String { "\(folder)/facts.jsonl" }

    /// Creates the folder, passes it to `body`, and removes it.
    static func with<Result>(_ body: (TestWorkspace) throws -> Result) throws -> Result {
        try TemporaryFolder.with { folder in
            let test = TestWorkspace(folder: folder)
            try TestModel().write(to: test.model)
            try write(rows(12), to: test.data)
            return try body(test)
        }
    }

    /// Opens the workspace, passes it to `body`, and closes it.
    func opened<Result>(
        _ change: (inout Workspace.Configuration) -> Void = { _ in },
        _ body: (Workspace) throws -> Result
    ) throws -> Result {
        let workspace = try open(change)
        defer { workspace.close() }
        return try body(workspace)
    }

    func open(_ change: (inout Workspace.Configuration) -> Void = { _ in }) throws -> Workspace {
        var configuration = Workspace.Configuration(
            folder: home,
            environment: ["HOME": folder, "XDG_CACHE_HOME": "\(folder)/cache"],
            resources: ResourceFolders(roots: [folder])
        )
        configuration.fileSystemType = { _ in "ext4" }
        change(&configuration)
        return try Workspace.open(configuration)
    }

    /// A run of a few milliseconds per step.
    func request(steps: Int = 6) -> TrainingRequest {
        var request = TrainingRequest(model: model, dataset: data)
        request.steps = steps
        request.batchSize = 2
        request.rank = 4
        request.alpha = 8
        request.sequenceLength = 128
        request.learningRate = 1e-2
        request.checkpointInterval = .steps(1000)
        request.threads = 1
        return request
    }

    static func rows(_ count: Int) -> String {
        (0..<count).map { row in
            """
            {"messages":[{"role":"user","content":"what is \(row)?"},\
            {"role":"assistant","content":"it is \(row * row % 7)"}]}

            """
        }.joined()
    }

    static func write(_ text: String, to path: String) throws {
        guard let stream = fopen(path, "wb") else { throw Failure(message: "cannot write \(path)") }
        defer { fclose(stream) }
        fputs(text, stream)
    }

    struct Failure: Error {
        let message: String
    }
}

/// Records the events of a bus, and lets a test wait for expected ones.
final class EventRecorder: Sendable {
    private let events = Mutex<[WorkspaceEvent]>([])
    private let subscription: Mutex<Subscription?> = Mutex(nil)

    init(_ bus: EventBus<WorkspaceEvent>) {
        let subscription = bus.subscribe { [weak self] event in
            self?.events.withLock { $0.append(event) }
        }
        self.subscription.withLock { $0 = subscription }
    }

    var all: [WorkspaceEvent] { events.withLock { $0 } }

    /// The points of a run's steps, in order of arrival.
    func points(of run: String) -> [StepPoint] {
        all.compactMap { event in
            if case .run(.step(run, let point)) = event { point } else { nil }
        }
    }

    /// Blocks until an event matches; nil after the time limit.
    func first(
        within seconds: Double = 10,
        where matches: (WorkspaceEvent) -> Bool
    ) -> WorkspaceEvent? {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while true {
            if let event = all.first(where: matches) { return event }
            if ContinuousClock.now > deadline { return nil }
            _ = poll(nil, 0, 1)
        }
    }
}

/// Blocks until a condition holds; false after the time limit.
func becomesTrue(within seconds: Double = 10, _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while true {
        if try condition() { return true }
        if ContinuousClock.now > deadline { return false }
        _ = poll(nil, 0, 1)
    }
}
