import JSON
import Platform
import Testing

import Workflows

@Suite struct FlowGraphTests {
    private func task(
        _ name: String,
        refersTo references: [String] = [],
        needs: [String] = [],
        matrix: [(String, ValueTemplate)] = []
    ) -> FlowTask {
        let position = SourcePosition(line: 1, column: 1)
        var task = FlowTask(name: name, kind: "shell", position: position)
        task.references = references
        task.needs = needs
        task.matrix = matrix.map { .init(name: $0, value: $1, position: position) }
        return task
    }

    private func graph(
        _ tasks: [FlowTask],
        _ parameters: [String: JSONValue] = [:]
    ) throws -> FlowGraph {
        try FlowGraph(
            Flow(name: "f", path: "/f.yaml", folder: "/", source: "", tasks: tasks),
            parameters: parameters
        )
    }

    @Test func theOrderIsThatOfTheFileWhereEdgesAllowIt() throws {
        let graph = try graph([
            task("a", refersTo: ["c"]), task("b"), task("c"), task("d", needs: ["a"]),
        ])
        #expect(graph.instances.map(\.id) == ["c", "a", "b", "d"])
        #expect(graph.references == [[], [0], [], []])
        #expect(graph.needs == [[], [], [], [1]])
        #expect(graph.dependents == [[1], [3], [], []])
        #expect(graph.downstream(of: 0) == [0, 1, 3])
        #expect(graph.place(of: "d") == 3)
    }

    @Test func aMatrixBecomesAnInstanceForEachCombination() throws {
        let graph = try graph(
            [
                task(
                    "sft",
                    matrix: [
                        ("seed", .expression(try ExpressionParser.parse("seeds"))),
                        ("lr", .literal(.array([.number(0.001), .number(2)]))),
                    ]
                ),
                task("best", refersTo: ["sft"], needs: ["sft"]),
            ],
            ["seeds": [1, 2]]
        )
        #expect(
            graph.instances.map(\.id) == [
                "sft[seed=1,lr=0.001]", "sft[seed=1,lr=2]", "sft[seed=2,lr=0.001]",
                "sft[seed=2,lr=2]", "best",
            ]
        )
        #expect(graph.references[4] == [0, 1, 2, 3])
        #expect(graph.needs[4] == [])
        let scope = graph.instances[2].scope(in: FlowScope())
        #expect(scope.values["seed"]?.value == 2)
        #expect(scope.values["matrix"]?.value == ["seed": 2, "lr": .number(0.001)])
    }

    @Test func aCircleIsNamed() {
        let error = #expect(throws: FlowError.self) {
            try graph([
                task("x"), task("a", needs: ["b"]), task("b", refersTo: ["c"]),
                task("c", needs: ["a"]),
            ])
        }
        #expect(error?.message.contains("a → b → c → a") == true)
        #expect(TaskOrder.sort([[0]]) == .cycle([0, 0]))
    }

    @Test(
        arguments: [
            (.literal([]), "empty"), (.literal([1, .number(1)]), "twice"),
            (.literal([.null]), "null"),
            (.literal(3), "no list"),
            (.literal(.array((0..<10_001).map { .integer($0) })), "more than"),
        ] as [(ValueTemplate, String)]
    )
    func aMatrixThatCannotBeUsedIsAnError(values: ValueTemplate, message: String) {
        let error = #expect(throws: FlowError.self) {
            try graph([task("a", matrix: [("n", values)])])
        }
        #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
    }

    @Test func hugeProductsAreRefused() {
        let hundred = ValueTemplate.literal(.array((0..<100).map { .integer($0) }))
        let matrix = (0..<40).map { ("n\($0)", hundred) }
        #expect(throws: FlowError.self) { try graph([task("a", matrix: matrix)]) }
    }

    @Test func aLongChainIsSorted() throws {
        let tasks = (0..<10_000).map { task("t\($0)", needs: $0 < 9_999 ? ["t\($0 + 1)"] : []) }
        let graph = try graph(tasks)
        #expect(graph.instances.first?.id == "t9999")
        #expect(graph.downstream(of: 0).count == 10_000)
    }

    @Test func everyEdgeOfARandomGraphIsKept() throws {
        var random = SeededNumbers(seed: 3)
        for _ in 0..<50 {
            let count = 1 + random.below(30)
            var order = Array(0..<count)
            order.shuffle(using: &random)
            let tasks = (0..<count).map { place in
                let earlier = (0..<count).filter { order[$0] < order[place] }
                let chosen = earlier.filter { _ in random.below(4) == 0 }.map { "t\($0)" }
                return task(
                    "t\(place)",
                    refersTo: chosen.filter { _ in random.below(2) == 0 },
                    needs: chosen
                )
            }
            let graph = try graph(tasks)
            for (place, instance) in graph.instances.enumerated() {
                let named = Set(tasks[instance.task].needs)
                #expect(Set(graph.dependencies(of: place).map { graph.instances[$0].id }) == named)
                #expect(graph.dependencies(of: place).allSatisfy { $0 < place })
                #expect(
                    graph.dependents[place].allSatisfy {
                        graph.dependencies(of: $0).contains(place)
                    }
                )
            }
        }
    }
}

@Suite struct FlowInputTests {
    @Test func inputsThatFollowFromParametersAreChecked() throws {
        let flow = try DeclaredKind.flow(
            """
            flow: f
            parameters: {d: good, n: 0, l: [good, missing]}
            tasks:
              a: {uses: train, with: {data: "${d}"}}
              b: {uses: train, with: {data: "${a.model}", epochs: "${7 % n}"}}
              c: {uses: train, matrix: {data: "${l}"}}
            """
        )
        func check(_ texts: [String: String]) throws {
            let values = try flow.parameterValues(texts)
            var object = JSONObject()
            for (name, value) in values { _ = object.insert(value, named: JSONName(name)) }
            try FlowGraph(flow, parameters: values)
                .checkInputs(of: flow, parameters: object, kinds: DeclaredKind.kinds)
        }
        let error = #expect(throws: FlowError.self) { try check(["d": "missing"]) }
        #expect(
            error?.details == [
                "4:33: a: There is no dataset missing.",
                "5:55: b: `epochs`: ${7 % n}: This divides by zero.",
            ]
        )
        let other = #expect(throws: FlowError.self) { try check(["n": "2"]) }
        #expect(
            other?.message
                == "/flows/test.yaml:6:29: c[data=missing]: There is no dataset missing."
        )
    }

    @Test func tasksThatGiveOtherInputsAreCheckedOnTheirOwn() throws {
        let kinds = TaskKinds([PairedKind(), TestKind("same") { _ in TaskResult() }])
        let flow = Flow([
            FlowTask("first", "same"),
            FlowTask("both", "paired", ["x": "${1}", "y": "${first.y}"]),
            FlowTask("one", "paired", ["x": "${1}"]),
            FlowTask("again", "paired", ["x": "${1}"]),
        ])
        let error = #expect(throws: FlowError.self) {
            try FlowGraph(flow, parameters: [:])
                .checkInputs(of: flow, parameters: JSONObject(), kinds: kinds)
        }
        #expect(error?.details == ["1:1: one: There is no y."])
    }
}

/// A kind of task that needs `y` if it has `x`.
private struct PairedKind: TaskKind {
    let name = "paired"
    let summary = "For tests."
    let version = 1
    let inputs = [TaskInput("x", .any, help: "One."), TaskInput("y", .any, help: "The other.")]
    let outputs: [TaskOutput] = []
    let effect = TaskEffect.atLeastOnce

    func reuse(of inputs: JSONObject) -> TaskReuse { .anywhere }

    func faults(
        in inputs: JSONObject,
        given: Set<String>,
        folder: String
    ) -> [(input: String, fault: String)] {
        given.contains("y") ? [] : [("x", "There is no y.")]
    }

    func run(_ call: TaskCall) throws -> TaskResult { TaskResult() }
}
