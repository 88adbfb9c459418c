import EventBus
import Machine
import Platform
import Synchronization
import Workspace

/// Carries out the effects that reducers return, on other threads or on the terminal.
final class EffectRunner {
    private let terminal: any Terminal
    private let mailbox: Mailbox
    private let opener: @Sendable () throws -> Workspace
    private let opened = Opened()
    private let opening = WorkQueue(name: "wb-open", owner: "The screen")
    private let queues = [
        Lane.engine: WorkQueue(name: "wb-engine", owner: "The screen"),
        .planning: WorkQueue(name: "wb-plan", owner: "The screen"),
        .measurement: WorkQueue(name: "wb-measure", owner: "The screen"),
    ]
    private let abandoned = Abandoned()
    private var machine: Subscription?

    /// How often the work of each lane was cancelled; work that began at another count is
    /// cancelled.
    private final class Abandoned: Sendable {
        private let counts = Mutex<[Lane: Int]>([:])

        func count(_ lane: Lane) -> Int { counts.withLock { $0[lane, default: 0] } }
        func add(_ lane: Lane) { counts.withLock { $0[lane, default: 0] += 1 } }
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
        case .abandon(let lane): abandoned.add(lane)
        case .work(let work):
            if let workspace { perform(work, in: workspace) }
        case .report, .record, .ask, .send:
            preconditionFailure("the state carries out \(effect) itself")
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
        add(to: opening) {
            do {
                let workspace = try opener()
                // Subscribed before anything is read, so that no event is missed.
                let events = workspace.events.subscribe { mailbox.post([.event($0)]) }
                opened.events.withLock { $0 = events }
                opened.workspace.withLock { $0 = workspace }
                mailbox.post([.opened(folder: workspace.folder, access: workspace.access)])
                mailbox.post(workspace.notices.map { .event(.notice($0)) })
            } catch {
                mailbox.post([.openingFailed(WorkspaceError(error))])
            }
        } failed: {
            .openingFailed($0)
        }
    }

    /// Performs work in its lane, and posts the action that reports its outcome.
    private func perform(_ work: Work, in workspace: Workspace) {
        let (mailbox, abandoned) = (mailbox, abandoned)
        let count = abandoned.count(work.lane)
        let call: @Sendable () -> Void = {
            do {
                let action = try work.perform(workspace) { abandoned.count(work.lane) != count }
                mailbox.post(action.map { [$0] } ?? [])
            } catch {
                mailbox.post([work.failed(WorkspaceError(error))])
            }
        }
        switch work.lane {
        case .immediate: call()
        case .store:
            workspace.perform({ _ in call() }) { result in
                if case .failure(let error) = result { mailbox.post([work.failed(error)]) }
            }
        case .engine, .planning, .measurement:
            if let queue = queues[work.lane] { add(to: queue, call, failed: work.failed) }
        }
    }

    private func add(
        to queue: WorkQueue,
        _ work: @escaping @Sendable () -> Void,
        failed: (WorkspaceError) -> Action
    ) {
        do {
            try queue.add(work)
        } catch {
            mailbox.post([failed(WorkspaceError(error))])
        }
    }
}
