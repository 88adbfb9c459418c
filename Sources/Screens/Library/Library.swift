package import Runs
package import struct Tracking.Alert
package import Workflows
package import Workspace

/// The lists that all panes share.
///
/// It changes by its own actions and by the workspace's events. Panes read it, and change it by
/// sending a ``LibraryAction``.
package struct Library: Equatable, Sendable {
    /// One of the lists.
    package enum List: Hashable, Sendable, CaseIterable {
        /// Runs.
        case runs
        /// Datasets.
        case datasets
        /// Base models.
        case models
        /// Registered models.
        case registered
        /// Chat targets.
        case targets
        /// Flow runs.
        case flows
        /// Alerts.
        case alerts
    }

    /// All runs, newest first; nil before they have been read.
    package internal(set) var runs: RunList?
    /// Whether older runs are still being read for the first time.
    package internal(set) var hasMoreRuns = false
    /// Runs marked for comparison, in the order they were marked.
    package internal(set) var marks: [String] = []
    /// A description of the run that is being started or resumed and is not in the list yet.
    package internal(set) var starting: String?
    /// All datasets; nil before they have been read.
    package internal(set) var datasets: [DatasetSummary]?
    /// Base models, installed ones and the catalogue's; nil before they have been read.
    package internal(set) var models: [ModelSummary]?
    /// The download under way, or the failure of the last one.
    package internal(set) var download: DownloadProgress?
    /// The registered models; nil before they have been read.
    package internal(set) var registered: [RegisteredModelSummary]?
    /// What a rollback would do, by registered model.
    package internal(set) var rollbacks: [String: Rollback] = [:]
    /// The deployment of each registered model.
    package internal(set) var board: [DeploymentSummary] = []
    /// The chat targets; nil before they have been read.
    package internal(set) var targets: [ChatChoice]?
    /// The target that chat opens with.
    package internal(set) var standardTarget: ChatChoice?
    /// All flow runs, newest first; nil before they have been read.
    package internal(set) var flowRuns: [FlowRunSummary]?
    /// The alerts, newest first; nil before they have been read.
    package internal(set) var alerts: [Alert]?
    /// The errors of lists whose last read failed.
    package internal(set) var problems: [List: WorkspaceError] = [:]

    /// Reads under way.
    var readings: [List: Refresh] = [:]
    /// Steps per value of a live run's loss tail; see ``RunSummary``.
    var stepsPerTailValue: [String: Double] = [:]
    /// Runs to read again, and whether some are being read.
    var staleRuns: Set<String> = []
    var isReadingRuns = false
    /// Flow runs to read again, and the one that is being read.
    var staleFlows: Set<String> = []
    var readingFlow: String?
    /// The last states of tasks that this process reported, by flow run and task.
    var taskStates: [String: [String: TaskState]] = [:]
    /// Lists that changed since the panes were notified.
    var changed: Set<List> = []

    package init() {}

    /// The base models that can be used now.
    package var installedModels: [ModelSummary] { (models ?? []).filter(\.isInstalled) }

    /// Whether the models have been read and none is installed.
    package var hasNoModel: Bool { models != nil && installedModels.isEmpty }

    /// Whether a download is under way.
    package var isPulling: Bool {
        switch download?.phase {
        case .connecting, .downloading, .verifying: true
        case .finished, .cancelled, .failed, nil: false
        }
    }

    /// A run by its id.
    package func run(_ id: String?) -> RunSummary? { id.flatMap { runs?.find($0) } }

    /// A run's name, or the start of its id if the run is not in the list.
    package func name(of id: String) -> String { run(id)?.name ?? String(id.prefix(8)) }

    /// The live runs that this process executes, newest first.
    package var runsHere: [RunSummary] { (runs?.live ?? []).filter(\.isMine) }

    /// The run that the top bar and the window's title show: one executed here, else one that
    /// another process executes.
    package var liveRun: RunSummary? {
        runsHere.first ?? runs?.live.first { $0.status == .running || $0.status == .paused }
    }

    /// The runs whose adapters can be registered.
    var registrableRuns: RunRows { (runs ?? []).results }

    /// Whether a list has been read.
    func hasRead(_ list: List) -> Bool {
        switch list {
        case .runs: runs != nil
        case .datasets: datasets != nil
        case .models: models != nil
        case .registered: registered != nil
        case .targets: targets != nil
        case .flows: flowRuns != nil
        case .alerts: alerts != nil
        }
    }

    /// Whether a list is being read.
    func isReading(_ list: List) -> Bool { readings[list]?.isUnderWay ?? false }

    /// Reads a list unless it has been read or is being read.
    func need(_ list: List) -> [Effect] {
        hasRead(list) || isReading(list) ? [] : [.refresh(list)]
    }

    /// Changes a run in the list; false if it is not there.
    mutating func update(_ id: String, _ change: (inout RunSummary) -> Void) -> Bool {
        runs?.update(id, change) ?? false
    }
}

/// Whether a registered model can be rolled back.
package enum Rollback: Equatable, Sendable {
    /// To this version.
    case possible(RollbackPlan)
    /// Not, for this reason.
    case impossible(String)
}

/// A repeated read: one under way, at most one more pending.
package struct Refresh: Equatable, Sendable {
    /// Whether it is under way.
    package private(set) var isUnderWay = false
    private var isWanted = false

    package init() {}

    /// Requests a read; true if the caller must start it now.
    package mutating func begin() -> Bool {
        if isUnderWay {
            isWanted = true
            return false
        }
        isUnderWay = true
        return true
    }

    /// Ends a read; true if another one was requested meanwhile and the caller must start it.
    package mutating func end() -> Bool {
        isUnderWay = false
        guard isWanted else { return false }
        isWanted = false
        return begin()
    }
}
