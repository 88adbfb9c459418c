import Datasets
import FlowTasks
import FoundationEssentials
import Platform
import Runs

/// Services for tasks that need no workspace: what they use is recorded, all else is an error.
final class TestServices: TaskServices {
    struct Unused: Error {}

    struct State {
        var metrics: [TaskMetric] = []
        var now = Date(timeIntervalSince1970: 1_000_000)
        var pauses = 0
        /// Called after each pause, with their number.
        var paused: @Sendable (Int) -> Void = { _ in }
        var datasets: [String: TaskDataset] = [:]
        var subflow: @Sendable (SubflowOrder) throws -> SubflowEnd = { _ in throw Unused() }
    }

    let folder: String
    let state = Guarded(State())

    init(_ folder: String) { self.folder = folder }

    var runs: RunService { preconditionFailure("These tasks train nothing.") }
    var cacheFolder: String { "\(folder)/cache" }
    var now: Date { state.withLock { $0.now } }

    func pause(seconds: Double) {
        let (count, paused) = state.withLock { state in
            state.now.addTimeInterval(seconds)
            state.pauses += 1
            return (state.pauses, state.paused)
        }
        paused(count)
    }

    func dataset(_ reference: String, in folder: String) throws -> TaskDataset {
        guard let dataset = state.withLock({ $0.datasets[reference] }) else { throw Unused() }
        return dataset
    }

    func source(_ reference: String, in folder: String) throws -> TaskDataset {
        try dataset(reference, in: folder)
    }

    func tracking(for run: String) -> TrackingAccess? {
        TrackingAccess(address: "http://127.0.0.1:5", token: "token of \(run)")
    }

    func log(_ metrics: [TaskMetric], run: String) { state.withLock { $0.metrics += metrics } }

    func path(ofFlow name: String) throws -> String { "\(folder)/flows/\(name).yaml" }

    func run(_ order: SubflowOrder) throws -> SubflowEnd {
        try state.withLock { $0.subflow }(order)
    }

    func prepare(
        _ dataset: TaskDataset,
        name: String?,
        _ preparation: Preparation
    ) throws -> TaskDataset { throw Unused() }
    func model(_ reference: String?, in folder: String) throws -> TaskModel { throw Unused() }
    func digest(ofModel path: String) throws -> String { throw Unused() }
    func make(
        _ order: ModelOrder,
        isCancelled: @escaping @Sendable () -> Bool,
        progress: @escaping @Sendable (Double) -> Void
    ) throws -> ModelProduct { throw Unused() }
    func modelType(_ name: String) -> String? { nil }
    func register(_ model: TaskModel, as name: String, note: String) throws -> Int {
        throw Unused()
    }
    func version(_ reference: String) throws -> TaskVersion { throw Unused() }
    func change(_ version: TaskVersion, _ change: VersionChange) throws { throw Unused() }
    func parent(ofRun run: String) throws -> String? { nil }
}
