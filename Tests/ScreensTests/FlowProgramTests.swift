import FoundationEssentials
import Platform
import Screens
import TerminalUI
import Testing
import Workflows
import Workspace

/// A screen on a workspace with a flow whose check fails until its limit is raised.
private final class FlowProgram {
    static let flow = """
        flow: demo
        parameters: {limit: 1}
        tasks:
          make:
            uses: shell
            with: {command: "echo made $(date +%s); echo rows=3 >> $WORKBENCH_OUTPUTS"}
          check:
            uses: shell
            with: {command: "echo the limit is ${limit}; test ${make.rows} -le ${limit}"}
          publish:
            uses: shell
            with: {command: "echo published"}
            needs: [check]
            approve: {}

        """

    let folder = FileManager.default.temporaryDirectory.path + "/wb-flows-\(UUID())"
    let terminal = ScriptedTerminal()
    let program: ScreenProgram

    init() throws {
        try Files.makeFolder("\(folder)/flows")
        try Files.write(Array(Self.flow.utf8), to: "\(folder)/flows/demo.yaml")
        let clock = ProgramTests.Clock()
        clock.now = Date()
        let folder = folder
        program = ProgramTests.program(terminal, clock) {
            try Workspace.open(.init(folder: folder))
        }
        program.start()
        try wait { $0.library.flowRuns != nil }
    }

    deinit {
        program.workspace?.close()
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Steps until a condition holds.
    func wait(_ condition: (AppState) -> Bool) throws {
        while !condition(program.state) {
            program.step()
            let said = program.state.log.entries.map(\.text).joined(separator: "\n")
            try #require(program.state.exit == nil, "\(terminal.frames.last ?? "")\n\(said)")
        }
    }

    func press(_ keys: Key...) {
        for key in keys {
            terminal.script.append([.key(key)])
            program.step()
        }
    }

    func type(_ text: String) { for character in text { press(Key(character)) } }

    var runs: [FlowRunSummary] { program.state.library.flowRuns ?? [] }
}

@Suite struct FlowProgramTests {
    @Test func failedFlowIsRetriedWithAnotherParameterAndApproved() throws {
        let screen = try FlowProgram()
        screen.press("6")
        try screen.wait { $0.flows.files.files != nil }
        screen.press("n")
        screen.type("demo")
        screen.press("enter")
        try screen.wait { $0.flows.form?.plan != nil }
        screen.press("enter")
        try screen.wait {
            $0.flows.form == nil && $0.library.flowRuns?.first?.state == .failed
        }
        let first = try #require(screen.runs.first)
        screen.press("R")
        try screen.wait { $0.overlay != nil }
        screen.press("left", "enter")
        screen.type("5")
        try screen.wait { $0.flows.form?.plan?.isFork == true }
        let plan = screen.program.state.flows.form?.plan
        #expect(plan?.steps.first { $0.task == "make" }?.action == .reuse)
        screen.press("enter")
        try screen.wait { state in
            let fork = state.library.flowRuns?.first { $0.id != first.id }
            return state.flows.form == nil && fork?.awaitsApproval == ["publish"]
        }
        screen.press("A", "right", "enter", "enter")
        try screen.wait { state in
            state.library.flowRuns?.first { $0.id != first.id }?.state == .completed
        }
        let fork = try #require(screen.runs.first { $0.id != first.id })
        #expect(fork.origin == .forked(from: first.id))
        #expect(fork.counts[.cached] == 1)
        try screen.wait { $0.flows.tasks(in: $0.library)?.id == fork.id }
        screen.press("enter")
        try screen.wait { $0.flows.opened?.board.tasks.allSatisfy(\.state.isTerminal) == true }
        screen.press("home", "down", "l")
        try screen.wait { $0.flows.opened?.log?.lines.contains("the limit is 5") == true }
        screen.press("w")
        try screen.wait { $0.overlay != nil }
    }
}
