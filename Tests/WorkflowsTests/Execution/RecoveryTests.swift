import Database
import GRDB
import JSON
import Platform
import Testing
import Workflows

/// A source of random numbers that is the same for a seed.
private struct Random: RandomNumberGenerator {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}

/// What happens to the attempts of tasks: failures, and the end of the process.
private final class Misfortune: Sendable {
    private struct State {
        var random: Random
        var failures: Double
        var deaths: Double
        var isDead = false
    }

    private let state: Guarded<State>
    /// What reached the outside, by task: every time with its key.
    let calls = Guarded<[String: [String]]>([:])

    init(seed: UInt64, failures: Double, deaths: Double) {
        state = Guarded(State(random: Random(state: seed), failures: failures, deaths: deaths))
    }

    /// Lets the process die, or the attempt fail.
    ///
    /// A dead process writes nothing more: its database is closed.
    func strike(_ database: DatabaseFile?) throws {
        let fate = state.withLock { state -> Int in
            if state.isDead { return 2 }
            if database != nil, Double.random(in: 0..<1, using: &state.random) < state.deaths {
                state.isDead = true
                return 2
            }
            return Double.random(in: 0..<1, using: &state.random) < state.failures ? 1 : 0
        }
        if fate == 2 {
            try? database?.close()
            throw FlowError(.failed, "The process is dead.")
        }
        if fate == 1 { throw FlowError(.failed, "Bad luck.") }
    }

    func revive() {
        state.withLock { state in
            state.isDead = false
            state.failures *= 0.7
            state.deaths *= 0.7
        }
    }
}

@Suite struct RecoveryTests {
    private static func kinds(
        _ database: @escaping @Sendable () -> DatabaseFile?,
        _ misfortune: Misfortune
    ) -> [any TaskKind] {
        @Sendable func sum(_ inputs: JSONObject) -> Int {
            inputs.members.reduce(1) { total, member in
                if case .integer(let value) = member.value { total &* 31 &+ value } else { total }
            }
        }
        func kind(
            _ name: String,
            isReusable: Bool,
            _ effect: TaskEffect,
            _ body: @escaping @Sendable (TaskCall) throws -> Void
        ) -> TestKind {
            var kind = TestKind(name, isReusable: isReusable, effect: effect) { call in
                try body(call)
                return TaskResult([("y", FlowValue(.integer(sum(call.inputs) % 1_000_003)))])
            }
            kind.inputs = ["a", "b", "c", "d"].map { TaskInput($0, .integer, help: "A number.") }
            return kind
        }
        return [
            kind("pure", isReusable: true, .atLeastOnce) { _ in
                try misfortune.strike(database())
            },
            kind("outside", isReusable: false, .atLeastOnce) { call in
                try misfortune.strike(database())
                misfortune.calls.withLock { $0[call.task, default: []].append(call.key) }
                try misfortune.strike(database())
            },
            kind("store", isReusable: false, .once) { call in
                try misfortune.strike(nil)
                try database()?.write { db, changes in
                    try db.execute(
                        sql: "INSERT INTO effects VALUES (?, ?)",
                        arguments: [call.flowRun, call.task]
                    )
                    changes.note(.flowRun, call.flowRun)
                }
                // The effect is undone with the transaction.
                try misfortune.strike(nil)
            },
        ]
    }

    private static func flow(_ random: inout Random) -> Flow {
        let count = Int.random(in: 1...12, using: &random)
        let tasks = (0..<count).map { place -> FlowTask in
            let kind = ["pure", "outside", "store"].randomElement(using: &random) ?? "pure"
            var inputs = ["d": "${\(place)}"]
            var needs: [String] = []
            for name in ["a", "b"] where place > 0 && Bool.random(using: &random) {
                inputs[name] = "${t\(Int.random(in: 0..<place, using: &random)).y}"
            }
            if place > 0, Bool.random(using: &random) {
                needs = ["t\(Int.random(in: 0..<place, using: &random))"]
            }
            var task = FlowTask("t\(place)", kind, inputs, needs: needs)
            task.retries = Int.random(in: 0...2, using: &random)
            return task
        }
        return Flow(tasks, parallel: Int.random(in: 1...4, using: &random))
    }

    private static func outputs(_ flows: TestFlows) throws -> [String: JSONObject] {
        var outputs: [String: JSONObject] = [:]
        for task in try flows.store.tasks(of: "a") {
            outputs[task.task] = try task.result.flatMap { try flows.store.result($0)?.values }
        }
        return outputs
    }

    /// Opens the workspace in a folder as a new process would.
    private static func open(_ folder: String, _ misfortune: Misfortune) throws -> TestFlows {
        let database = Guarded<DatabaseFile?>(nil)
        let flows = try TestFlows(
            kinds: kinds({ database.withLock { $0 } }, misfortune),
            folder: folder
        )
        database.withLock { $0 = flows.database }
        try flows.database.write { db, changes in
            try db.execute(sql: "CREATE TABLE IF NOT EXISTS effects (flow_run TEXT, task TEXT)")
            changes.note(.everything, "")
        }
        return flows
    }

    @Test(arguments: 0..<60)
    func failuresAndDeathsChangeNoResult(_ seed: UInt64) throws {
        var random = Random(state: seed)
        let flow = Self.flow(&random)
        let calm = TestFlows.newFolder()
        let rough = TestFlows.newFolder()
        defer {
            Files.remove(calm)
            Files.remove(rough)
        }
        let undisturbed = try Self.open(calm, Misfortune(seed: 0, failures: 0, deaths: 0))
        #expect(try undisturbed.run(flow) == .completed)
        let expected = try Self.outputs(undisturbed)

        let misfortune = Misfortune(seed: seed &* 7919 &+ 1, failures: 0.25, deaths: 0.15)
        var flows = try Self.open(rough, misfortune)
        var state = try flows.run(flow)
        for _ in 0..<60 where state != .completed {
            misfortune.revive()
            flows = try Self.open(rough, misfortune)
            _ = try flows.executor(flow).sweep(try flows.store.run("a"))
            let open = try flows.store.tasks(of: "a").filter { $0.state == .running }
            #expect(open.isEmpty, "Nothing runs without a process.")
            state = try flows.retry(flow)
        }
        // The last process may have died with its last write.
        flows = try Self.open(rough, misfortune)
        #expect(try flows.store.run("a").state == .completed)
        #expect(try Self.outputs(flows) == expected)
        try checkEffects(flows, flow)
        try checkHistory(flows, flow)
        for (task, keys) in misfortune.calls.withLock({ $0 }) {
            #expect(Set(keys).count == 1, "\(task) had more than one key")
        }
    }

    private func checkEffects(_ flows: TestFlows, _ flow: Flow) throws {
        let counts = try flows.database.read { db in
            try Row.fetchAll(db, sql: "SELECT task, count(*) FROM effects GROUP BY task")
        }
        let expected = flow.tasks.filter { $0.kind == "store" }.map(\.name).sorted()
        #expect(counts.map { $0[0] as String }.sorted() == expected)
        #expect(counts.allSatisfy { $0[1] == 1 })
    }

    private func checkHistory(_ flows: TestFlows, _ flow: Flow) throws {
        for task in try flows.store.tasks(of: "a") {
            var state = TaskState.pending
            for step in try flows.store.history(of: task.position, in: "a") {
                #expect(step.from == state)
                let isLegal = TaskTransition.allCases.contains { state.after($0) == step.to }
                #expect(isLegal, "\(state) → \(step.to)")
                state = step.to
            }
            #expect(state == task.state)
            #expect(state.isSuccessful)
        }
    }
}
