import FoundationEssentials
import Screens
import Testing
import Workflows

/// When tasks waited, as the timeline of pane 6 draws it.
@Suite struct FlowWaitTests {
    private static func date(_ seconds: Double) -> Date { Date(timeIntervalSince1970: seconds) }

    private static let run = FlowRunSummary(
        id: "a",
        flow: "test",
        path: "/test.yaml",
        state: .running,
        createdAt: date(90),
        startedAt: date(100)
    )

    @Test func aTaskWaitsInTheQueueAndBetweenItsAttempts() {
        let first = TaskSummary(
            id: "first",
            name: "first",
            kind: "shell",
            state: .completed,
            startedAt: Self.date(100),
            endedAt: Self.date(110)
        )
        var second = TaskSummary(
            id: "second",
            name: "second",
            kind: "shell",
            state: .retrying,
            dependencies: ["first"],
            startedAt: Self.date(115)
        )
        second.pauses = [
            .init(start: Self.date(120), end: Self.date(125)),
            .init(start: Self.date(130), end: nil),
        ]
        let third = TaskSummary(
            id: "third",
            name: "third",
            kind: "shell",
            state: .scheduled,
            dependencies: ["first"]
        )
        let last = TaskSummary(
            id: "last",
            name: "last",
            kind: "shell",
            state: .pending,
            dependencies: ["second"]
        )
        let board = FlowBoard([first, second, third, last])
        let waits = board.tasks.map { board.waits(of: $0, in: Self.run, at: Self.date(140)) }
        #expect(waits == [[], [10...15, 20...25, 30...40], [10...40], []])
    }
}
