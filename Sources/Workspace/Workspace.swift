import Database
public import EventBus
public import Logging
public import Machine
public import Platform
package import Registry
public import Runs
package import Tracking
import Workflows

/// The alerts of a workspace, for the store that is opened before them.
private struct WeakAlerts: Sendable {
    weak var alerts: AlertService?
}

/// An open workspace folder, with the services that the screen and the command line share.
///
/// A change is written to the store first and then published on ``events``. Calls that read or
/// write the disk block, so a screen makes them through ``perform(_:then:)``; longer operations
/// return at once and report their progress by events.
public final class Workspace: Sendable {
    /// Whether the workspace can be changed.
    public typealias Access = WorkspaceAccess

    /// How a workspace is opened.
    public struct Configuration: Sendable {
        /// The folder named on the command line.
        public var folder: String?
        /// Whether the workspace is opened only for reading.
        public var isReadOnly: Bool
        /// Whether changes made by other processes are watched.
        public var isWatching: Bool
        /// The environment's variables.
        public var environment: [String: String]
        /// The folders of the files that ship with the program.
        public var resources: ResourceFolders
        /// The type of an existing folder's file system, such as `ext4`.
        public var fileSystemType: @Sendable (_ path: String) -> String?
        /// The source of machine samples; nil for this machine.
        public var machine: MachineMonitor.Configuration?
        /// The bytes of memory still available to this process; nil if not known.
        public var availableMemory: @Sendable () -> Int64?
        /// How fast this machine trains; nil for what the user's cache says.
        package var speeds: SpeedBook?

        /// Creates a configuration; by default the folder from the environment, for reading and
        /// writing.
        public init(
            folder: String? = nil,
            isReadOnly: Bool = false,
            isWatching: Bool = true,
            environment: [String: String] = ProcessEnvironment.variables,
            resources: ResourceFolders = .standard
        ) {
            self.folder = folder
            self.isReadOnly = isReadOnly
            self.isWatching = isWatching
            self.environment = environment
            self.resources = resources
            fileSystemType = { MountTable.current.type(of: $0) }
            availableMemory = { AvailableMemory().read() }
        }
    }

    /// The paths in the folder.
    public let layout: WorkspaceLayout
    /// Whether the workspace can be changed.
    public let access: Access
    /// Notices for the user, found when the folder was opened.
    public let notices: [Notice]
    /// Changes made by this and other processes.
    public let events: EventBus<WorkspaceEvent>
    /// Lists, starts and controls runs.
    public let runs: RunService
    /// Starts, retries, controls and shows flow runs.
    public let flows: FlowService
    /// What a person should know: raised by flows, monitors, scripts and rules.
    public let alerts: AlertService
    /// Lists, adds and inspects datasets.
    public let datasets: DatasetService
    /// Lists, downloads and inspects base models.
    public let models: ModelService
    /// Registered models: versions, stages, aliases, history.
    public let registry: RegistryService
    /// Experiments, runs, logged models and traces, as clients of the server see them.
    package let tracker: TrackingService
    /// Exports and imports.
    public let exchange: ExchangeService
    /// Answers in chat.
    public let chat: ChatService
    /// Starts and stops the HTTP server.
    public let server = ServerSwitch()
    /// The machine's memory and accelerators.
    public let machine: MachineMonitor
    /// What tasks of flows use.
    package let taskServices: WorkspaceTaskServices
    /// The services' events, forwarded to ``events``.
    private let forwarded: [Subscription]

    let opened: OpenedFolder
    private let log: Logger
    private let logs: LogFile
    private let work = WorkQueue(name: "wb-work", owner: "The workspace")
    private let watch = Guarded<WorkspaceWatch?>(nil)

    /// Opens a workspace; creates it if it does not exist.
    ///
    /// Nothing heavier than the database is opened.
    ///
    /// - Throws: ``WorkspaceError`` for a folder on a network file system, one that cannot be read
    ///   or written, a full disk, or a database of another program.
    public static func open(_ configuration: Configuration = Configuration()) throws -> Workspace {
        try WorkspaceError.translating { try Workspace(configuration) }
    }

    private init(_ configuration: Configuration) throws {
        let folder = Self.folder(configuration.folder, environment: configuration.environment)
        guard !folder.unicodeScalars.contains("\u{FFFD}") || FilePaths.isFolder(folder) else {
            throw WorkspaceError(
                .invalid,
                "The path \(folder) has a name in it that is not UTF-8.",
                hint: "Name another folder with --workspace."
            )
        }
        let layout = WorkspaceLayout(folder: folder)
        try Self.refuseNetwork(folder, configuration.fileSystemType)
        if !configuration.isReadOnly {
            try Files.makeFolder(folder)
            for subfolder in layout.subfolders { try Files.makeFolder(subfolder) }
        }
        var storing = TrackingStore.Configuration()
        storing.isReadOnly = configuration.isReadOnly
        // MLflow's own switch.
        let cuts = configuration.environment["MLFLOW_TRUNCATE_LONG_VALUES"]?.lowercased()
        storing.cutsLongValues = cuts != "false" && cuts != "0"
        let logs = LogFile(folder: layout.logs)
        let log = Logger(label: "workbench") { ProcessLog(label: $0, file: logs) }
        let settings = SettingsCache(folder: folder)
        storing.alertRules = { settings.settings.alerts.rules }
        let raised = Guarded<WeakAlerts>(WeakAlerts())
        storing.alertRaised = { raised.withLock { $0 }.alerts?.startDelivering() }
        storing.note = { log.warning("\($0)") }
        let store = try TrackingStore(
            path: layout.database,
            configuration: storing,
            with: [.workflows]
        )

        self.layout = layout
        events = EventBus()
        access =
            if let notice = store.notice {
                .readOnly(reason: notice)
            } else if store.isReadOnly {
                .readOnly(reason: "The workspace is open only for reading.")
            } else {
                .full
            }
        self.logs = logs
        self.log = log
        opened = OpenedFolder(
            layout: layout,
            store: store,
            access: access,
            log: log,
            memory: MemoryGate(available: configuration.availableMemory)
        )
        notices = [StrandedFiles(in: opened)?.notice].compactMap { $0 }
        models = ModelService(
            opened,
            events,
            environment: configuration.environment,
            resources: configuration.resources
        )
        datasets = DatasetService(
            opened,
            events,
            models: models,
            resources: configuration.resources
        )
        registry = RegistryService(opened, models: models)
        machine = MachineMonitor(
            configuration.machine ?? .init(environment: configuration.environment)
        )
        runs = RunService(
            opened,
            sources: WorkspaceSources(
                opened: opened,
                models: models,
                datasets: datasets,
                registry: registry
            ),
            library: models.library,
            machine: machine,
            speeds: configuration.speeds
                ?? SpeedBook(environment: configuration.environment)
        )
        taskServices = WorkspaceTaskServices(
            opened,
            runs: runs,
            datasets: datasets,
            models: models,
            registry: registry
        )
        flows = FlowService(
            opened,
            tasks: taskServices,
            resources: configuration.resources,
            machine: machine,
            settings: { settings.settings }
        )
        taskServices.useSubflows { [weak flows] order in
            guard let flows else { throw CancellationError() }
            return try flows.run(order)
        } path: { [weak flows] name in
            guard let flows else { throw CancellationError() }
            return try flows.path(ofFlow: name)
        }
        let alerts = AlertService(
            opened,
            events,
            calls: AlertCalls(folder: folder, environment: configuration.environment) {
                settings.settings.alerts
            }
        )
        self.alerts = alerts
        raised.withLock { $0.alerts = alerts }
        forwarded = [
            machine.readings.subscribe { [events] in events.publish(.machine($0)) },
            opened.notices.subscribe { [events] in events.publish(.notice($0)) },
            runs.events.subscribe { [events] in events.publish(.run($0)) },
            flows.events.subscribe { [events] in events.publish(.flow($0)) },
        ]
        tracker = TrackingService(opened, rules: runs.rules)
        exchange = ExchangeService(opened)
        chat = ChatService(opened, events, models: models, registry: registry, runs: runs)
        taskServices.useTracking { [weak self] run in
            guard let self else { return nil }
            return try server.access(for: run, self)
        }
        if configuration.isWatching {
            startWatching()
            alerts.startDelivering()
        }
    }

    /// The folder.
    public var folder: String { layout.folder }

    /// The store itself, for tests.
    package var tracking: TrackingStore { opened.store }
    /// The rules themselves, for tests.
    package var rules: RuleBook { runs.rules }
    /// The registry itself, for tests.
    package var modelRegistry: ModelRegistry { registry.registry }

    /// A log in this process's file in `logs/`.
    public func logger(_ label: String) -> Logger {
        Logger(label: label) { ProcessLog(label: $0, file: logs) }
    }

    /// Whether this process executes a run or a flow, generates an answer or downloads a model.
    public var isLive: Bool {
        !runs.executed.isEmpty || !flows.executed.isEmpty || chat.isAnswering || models.isPulling
    }

    /// Performs blocking work on the workspace's own thread, in order, and passes the result to
    /// `then` on that thread.
    public func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Workspace) throws -> Value,
        then: @escaping @Sendable (Result<Value, WorkspaceError>) -> Void
    ) {
        do throws(PlatformError) {
            try work.add { [self] in
                do {
                    then(.success(try body(self)))
                } catch {
                    then(.failure(WorkspaceError(error)))
                }
            }
        } catch {
            then(.failure(WorkspaceError(error)))
        }
    }

    /// Performs blocking work on the workspace's own thread and suspends until it is done.
    public func perform<Value: Sendable>(
        _ body: @escaping @Sendable (Workspace) throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            perform(body) { continuation.resume(with: $0) }
        }
    }

    /// Ends the activities of this process: answers and downloads are cancelled, and a live run
    /// writes a checkpoint and stops.
    ///
    /// Blocks until they have ended.
    public func close() {
        server.stop(isAwaited: true)
        flows.stopScheduling()
        flows.stopHere()
        runs.stopHere()
        flows.close()
        flows.hooks.close()
        models.close()
        chat.close()
        datasets.close()
        runs.close()
        machine.close()
        work.close()
        watch.withLock { $0 }?.close()
        alerts.close()
        do {
            try opened.store.close()
        } catch {
            log.warning("The database did not close: \(error)")
        }
    }

    /// Waits for calls of this process that have not ended, such as the hooks of a flow run whose crash
    /// it has found; for programs that end without closing their workspace.
    public static func finishCalls() { FlowHooks.finish() }

    /// Writes a notice to this process's file in `logs/`.
    public func log(_ notice: Notice) {
        let text = [notice.message, notice.hint].compactMap { $0 }.joined(separator: " hint: ")
        switch notice.level {
        case .success, .information: log.info("\(text)")
        case .warning: log.warning("\(text)")
        case .failure: log.error("\(text)")
        }
    }

    private func startWatching() {
        do {
            let started = try WorkspaceWatch(
                opened,
                events,
                runs: runs,
                flows: flows,
                alerts: alerts
            )
            watch.withLock { $0 = started }
        } catch {
            let error = WorkspaceError(error)
            log.warning("\(error)")
        }
    }

    private static func refuseNetwork(
        _ folder: String,
        _ type: (String) -> String?
    ) throws(WorkspaceError) {
        var existing = folder
        while !FilePaths.exists(existing), existing != "/" { existing = FilePaths.parent(existing) }
        guard let type = type(FilePaths.real(existing) ?? existing), MountTable.isNetwork(type)
        else {
            return
        }
        throw WorkspaceError(
            .networkFileSystem,
            "\(folder) is on a network file system (\(type)), where SQLite's log gets corrupted.",
            hint: "Choose a folder on a local disk with --workspace or WORKBENCH_HOME; "
                + "a team shares a workspace through `workbench serve`."
        )
    }
}
