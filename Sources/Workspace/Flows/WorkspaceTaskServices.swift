package import FlowTasks
package import FoundationEssentials
import Glibc
import Platform
package import Runs
import Tracking
import Workflows

/// What tasks of flows use of a workspace: a thin layer over its services.
package final class WorkspaceTaskServices: TaskServices {
    /// What is only known when the workspace is open.
    private struct Parts {
        var tracking: (@Sendable (String) throws -> TrackingAccess?)?
        var subflow: (@Sendable (SubflowOrder) throws -> SubflowEnd)?
        var flowPath: (@Sendable (String) throws -> String)?
    }

    package let runs: RunService
    let opened: OpenedFolder
    let datasets: DatasetService
    let models: ModelService
    let registry: RegistryService
    private let parts = Guarded(Parts())

    init(
        _ opened: OpenedFolder,
        runs: RunService,
        datasets: DatasetService,
        models: ModelService,
        registry: RegistryService
    ) {
        self.opened = opened
        self.runs = runs
        self.datasets = datasets
        self.models = models
        self.registry = registry
    }

    /// Sets how programs find the tracker.
    package func useTracking(
        _ access: @escaping @Sendable (_ run: String) throws -> TrackingAccess?
    ) {
        parts.withLock { $0.tracking = access }
    }

    /// Sets how a task runs another flow, and finds the file of its name.
    package func useSubflows(
        _ run: @escaping @Sendable (SubflowOrder) throws -> SubflowEnd,
        path: @escaping @Sendable (_ name: String) throws -> String
    ) {
        parts.withLock { ($0.subflow, $0.flowPath) = (run, path) }
    }

    package var cacheFolder: String { "\(opened.layout.folder)/cache" }
    package var now: Date { Date() }
    package func pause(seconds: Double) { usleep(UInt32(max(0, min(seconds, 60)) * 1e6)) }

    package func tracking(for run: String) throws -> TrackingAccess? {
        try parts.withLock { $0.tracking }?(run)
    }

    package func run(_ order: SubflowOrder) throws -> SubflowEnd {
        guard let run = parts.withLock({ $0.subflow }) else {
            throw FlowError(.invalid, "This program cannot run another flow.")
        }
        return try run(order)
    }

    package func path(ofFlow name: String) throws -> String {
        guard let path = parts.withLock({ $0.flowPath }) else {
            throw FlowError(.invalid, "This program cannot run another flow.")
        }
        return try path(name)
    }

    package func log(_ metrics: [TaskMetric], run: String) throws {
        let now = TrackingStore.systemMilliseconds()
        let batch = Batch(
            metrics: metrics.map {
                Metric(TrackingKey($0.name), $0.value, timestamp: now, step: $0.step)
            }
        )
        try opened.store.log(batch, run: run)
    }
}
