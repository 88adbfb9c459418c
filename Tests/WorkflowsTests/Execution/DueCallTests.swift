import Database
import JSON
import Platform
import Testing
import Workflows

/// The calls of hooks that are stored with the end of a flow run.
@Suite struct DueCallTests {
    private static func flow() -> Flow {
        var flow = Flow([FlowTask("work", "work")])
        flow.hooks = [
            FlowHook(.failure, .command("tell")), FlowHook(.success, .webhook("http://a/b")),
            FlowHook(.crash, .command("crashed")),
        ]
        return flow
    }

    @Test(arguments: [true, false])
    func theEndOfAFlowRunAndItsCallsAreOneTransaction(_ succeeds: Bool) throws {
        let flows = try TestFlows(kinds: [
            TestKind("work") { _ in
                if !succeeds { throw FlowError(.invalid, "No.") }
                return TaskResult([])
            }
        ])
        try flows.run(Self.flow())
        let call = try #require(try flows.store.dueCalls().first)
        #expect(try flows.store.dueCalls().count == 1)
        #expect(call.hook == Self.flow().hooks[succeeds ? 1 : 0])
        #expect(call.state == (succeeds ? .completed : .failed))
        #expect(call.endedAt == (try flows.store.run("a").endedAt))
        #expect(call.reason == (try flows.store.run("a").reason))
        // A retry ends again, and reports that end too.
        try flows.retry(Self.flow(), FlowOrder(startsOver: true))
        #expect(Set(try flows.store.dueCalls().map(\.identity)).count == 2)
        try flows.store.remove(call)
        #expect(try flows.store.dueCalls().map(\.place) == [call.place])
    }

    @Test func aCrashThatIsFoundIsReported() throws {
        let flows = try TestFlows(kinds: [TestKind("work") { _ in TaskResult([]) }])
        let executor = flows.executor(Self.flow())
        try executor.enqueue(Self.flow(), FlowOrder(), origin: .person, id: "a")
        try flows.store.update("a") { $0.state = .running }
        #expect(try executor.sweep(try flows.store.run("a")) == .crashed)
        #expect(try flows.store.dueCalls().map(\.hook) == [Self.flow().hooks[2]])
        #expect(try executor.sweep(try flows.store.run("a")) == nil)
        #expect(try flows.store.dueCalls().count == 1)
    }

    @Test func aFileFromBeforeHasNoCallsAndGetsTheTable() throws {
        let folder = TestFlows.newFolder()
        try Files.makeFolder(folder)
        defer { Files.remove(folder) }
        let all = Migration.list([.changeFeed, .workflows])
        try DatabaseFile(path: "\(folder)/workbench.db", migrations: Array(all.prefix(6))).close()
        let flows = try TestFlows(
            kinds: [TestKind("work") { _ in TaskResult([]) }],
            folder: folder
        )
        #expect(try !flows.store.hasDueCalls())
        try flows.run(Self.flow())
        #expect(try flows.store.hasDueCalls())
    }
}
