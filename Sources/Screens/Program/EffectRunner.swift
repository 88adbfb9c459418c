import EventBus
import Machine
import Synchronization
import Workspace

/// Carries out what reducers return: on the workspace's threads, or on the terminal.
final class EffectRunner {
    private let terminal: any Terminal
    private let mailbox: Mailbox
    private let opener: @Sendable () throws -> Workspace
    private let opened = Opened()
    private let opening = WorkerThread()
    private let engine = WorkerThread()
    private let measurement = WorkerThread()
    private let abandoned = Abandoned()
    private var machine: Subscription?

    /// How often measurements were given up; one that began before is not wanted any more.
    private final class Abandoned: Sendable {
        let count = Atomic(0)
    }

    /// The workspace, once another thread has opened it.
    private final class Opened: Sendable {
        let workspace = Mutex<Workspace?>(nil)
        let events = Mutex<Subscription?>(nil)
    }

    init(
        terminal: any Terminal,
        mailbox: Mailbox,
        opener: @escaping @Sendable () throws -> Workspace
    ) {
        self.terminal = terminal
        self.mailbox = mailbox
        self.opener = opener
    }

    /// The workspace; nil while it has not been opened.
    var workspace: Workspace? { opened.workspace.withLock { $0 } }

    func run(_ effect: Effect) {
        switch effect {
        case .open: open()
        case .terminal(let effect): run(effect)
        case .followMachine(let isWanted):
            machine = isWanted ? workspace?.machine.follow() : nil
        case .abandonMeasurement: abandoned.count.add(1, ordering: .relaxed)
        case .screen, .models, .data, .run, .compare, .registry, .chat:
            if let work = effect.work, let workspace { perform(work, in: workspace) }
        }
    }

    /// Stops listening to the workspace.
    func close() {
        machine = nil
        opened.events.withLock { $0 = nil }
    }

    private func run(_ effect: TerminalEffect) {
        switch effect {
        case .copy(let text): terminal.copy(text)
        case .bell: terminal.bell()
        case .suspend: terminal.suspend()
        case .setMouse(let isOn): terminal.setMouse(isOn)
        }
    }

    private func open() {
        let (mailbox, opener, opened) = (mailbox, opener, opened)
        let isStarted = opening.add {
            do {
                let workspace = try opener()
                // Nothing that happens between reading and listening may be missed.
                let events = workspace.events.subscribe { mailbox.post([.event($0)]) }
                opened.events.withLock { $0 = events }
                opened.workspace.withLock { $0 = workspace }
                mailbox.post([.opened(folder: workspace.folder, access: workspace.access)])
                mailbox.post(workspace.notices.map { .event(.notice($0)) })
            } catch {
                mailbox.post([.openingFailed(Self.error(error))])
            }
        }
        if !isStarted { mailbox.post([.openingFailed(Self.noThread)]) }
    }

    private func perform(_ work: some WorkspaceEffect, in workspace: Workspace) {
        let (mailbox, abandoned) = (mailbox, abandoned)
        let count = abandoned.count.load(ordering: .relaxed)
        let perform: @Sendable () -> Void = {
            do {
                let actions = try work.perform(in: workspace) {
                    work.lane == .measurement && abandoned.count.load(ordering: .relaxed) != count
                }
                mailbox.post(actions)
            } catch {
                mailbox.post(work.failure(Self.error(error)))
            }
        }
        switch work.lane {
        case .immediate: perform()
        case .store:
            workspace.perform({ try work.perform(in: $0) }) { result in
                switch result {
                case .success(let actions): mailbox.post(actions)
                case .failure(let error): mailbox.post(work.failure(error))
                }
            }
        case .engine:
            if !engine.add(perform) { mailbox.post(work.failure(Self.noThread)) }
        case .measurement:
            if !measurement.add(perform) { mailbox.post(work.failure(Self.noThread)) }
        }
    }

    private static let noThread = WorkspaceError(
        .failed,
        "No thread could be started.",
        hint: "Close other programs, or raise the limit of processes (ulimit -u)."
    )

    private static func error(_ error: any Error) -> WorkspaceError {
        error as? WorkspaceError ?? WorkspaceError(.failed, "\(error)")
    }
}
