import Dispatch
import FoundationEssentials
import Platform
import Screens
import TerminalUI
import Testing
import Training
import Workspace

/// A terminal with scripted input that records what is presented.
final class ScriptedTerminal: Terminal {
    var size = Size(width: 80, height: 24)
    let capabilities = Capabilities()
    private let wakes = DispatchSemaphore(value: 0)
    let wake: @Sendable () -> Void
    var script: [[InputEvent]] = []
    var frames: [String] = []
    var timeouts: [Duration?] = []
    var titles: [String] = []
    var copied: [String] = []
    var bells = 0

    init() {
        let wakes = wakes
        wake = { wakes.signal() }
    }

    func present(_ cells: CellBuffer, cursor: Point?, theme: Theme) { frames.append(cells.dump()) }

    func readEvents(timeout: Duration?) -> [InputEvent] {
        timeouts.append(timeout)
        if !script.isEmpty { return script.removeFirst() }
        // A test that waits in vain fails instead of hanging.
        return wakes.wait(timeout: .now() + 20) == .success ? [.wake] : [.hangUp]
    }

    func setTitle(_ title: String) { titles.append(title) }
    func bell() { bells += 1 }
    func copy(_ text: String) { copied.append(text) }
    func setMouse(_ isOn: Bool) {}
    func suspend() {}
}

@Suite struct ProgramTests {
    final class Clock {
        var now = Driver.start
    }

    static let themes = [Theme(name: "dark", appearance: .dark, entries: [:])]

    static func program(
        _ terminal: ScriptedTerminal,
        _ clock: Clock = Clock(),
        open: @escaping @Sendable () throws -> Workspace
    ) -> ScreenProgram {
        ScreenProgram(
            on: terminal,
            configuration: .init(themes: themes, clock: { clock.now }),
            open: open
        )
    }

    @Test func firstFrameComesBeforeTheWorkspace() {
        let terminal = ScriptedTerminal()
        let gate = DispatchSemaphore(value: 0)
        let program = Self.program(terminal) {
            gate.wait()
            throw WorkspaceError(.inaccessible, "The folder cannot be read.")
        }
        terminal.script = [[.key("q")]]
        #expect(program.run() == .left)
        #expect(terminal.frames.first?.contains("1 Data 2 Run") == true)
        #expect(terminal.timeouts == [nil])
        gate.signal()
    }

    @Test func workspaceThatCannotBeOpenedIsReportedAndTheScreenStays() {
        let terminal = ScriptedTerminal()
        let clock = Clock()
        let program = Self.program(terminal, clock) {
            throw WorkspaceError(
                .networkFileSystem,
                "/mnt/x is on a network file system.",
                hint: "Use a local disk."
            )
        }
        program.start()
        clock.now += 1
        program.step()
        #expect(terminal.frames.last?.contains("/mnt/x is on a network file system.") == true)
        // The message starts a timer; after that there is none.
        terminal.script = [[]]
        program.step()
        #expect(terminal.timeouts.last != .some(nil))
        clock.now += 60
        terminal.script = [[]]
        program.step()
        #expect(program.state.message == nil)
        #expect(program.timeout == nil)
    }

    @Test func idleProgramArmsNoTimer() {
        let terminal = ScriptedTerminal()
        let gate = DispatchSemaphore(value: 0)
        let program = Self.program(terminal) {
            gate.wait()
            throw WorkspaceError(.failed, "no")
        }
        program.start()
        terminal.script = [[.key("2")], [.key("j")], [.focus(false)]]
        for _ in 0..<3 { program.step() }
        #expect(terminal.timeouts == [nil, nil, nil])
        gate.signal()
    }

    @Test func changesWithoutInputAreDrawnAtMostThirtyTimesASecond() {
        let terminal = ScriptedTerminal()
        let clock = Clock()
        let program = Self.program(terminal, clock) { throw WorkspaceError(.failed, "no") }
        program.start()
        program.step()
        #expect(terminal.frames.count == 1)
        let wait = program.timeout
        #expect(wait.map { $0 > .zero && $0 < .milliseconds(34) } == true)
        clock.now += 0.04
        terminal.script = [[]]
        program.step()
        #expect(terminal.frames.count == 2)
    }

    @Test func titleIsSetOnceWhileItStaysTheSame() {
        let terminal = ScriptedTerminal()
        let program = Self.program(terminal) { throw WorkspaceError(.failed, "no") }
        terminal.script = [[.key("1")], [.key("2")], [.key("q")]]
        #expect(program.run() == .left)
        #expect(terminal.titles == ["workbench"])
    }

    @Test func burstOfInputIsDrawnOnce() {
        let terminal = ScriptedTerminal()
        let gate = DispatchSemaphore(value: 0)
        let program = Self.program(terminal) {
            gate.wait()
            throw WorkspaceError(.failed, "no")
        }
        program.start()
        terminal.script = [Array(repeating: InputEvent.key("tab"), count: 40)]
        let before = terminal.frames.count
        program.step()
        #expect(terminal.frames.count == before + 1)
        gate.signal()
    }

    @Test(arguments: [(InputEvent.hangUp, Exit.hungUp), (.terminate, .terminated)])
    func lostTerminalIsNotDrawnOnAnyMore(event: InputEvent, exit: Exit) {
        let terminal = ScriptedTerminal()
        let program = Self.program(terminal) { throw WorkspaceError(.failed, "no") }
        terminal.script = [[event, .key("1")]]
        #expect(program.run() == exit)
        #expect(terminal.frames.count == 1)
    }

    @Test func openedWorkspaceFillsTheScreen() throws {
        let folder = FileManager.default.temporaryDirectory.path + "/wb-screens-\(UUID())"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        let terminal = ScriptedTerminal()
        let program = Self.program(terminal) {
            try Workspace.open(.init(folder: folder))
        }
        program.start()
        while program.state.library.runs == nil || program.state.library.datasets == nil
            || program.state.library.models == nil
        {
            program.step()
            try #require(program.state.exit == nil)
        }
        #expect(program.state.access.isOpen)
        #expect(program.state.library.runs == [])
        // No time has passed on the test's clock, in which a frame would be due.
        #expect(terminal.frames.count == 2, "The list of runs is not drawn later than it is read.")
        #expect(terminal.frames[1] != terminal.frames[0])
        program.workspace?.close()
    }
}
