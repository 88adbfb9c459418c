import Foundation
import JSON
import Platform
import Testing
import Workflows

@Suite struct FlowReaderTests {
    @Test func theFileOfTheDocumentationIsRead() throws {
        let path = try #require(Bundle.module.path(forResource: "Fixtures/design", ofType: "yaml"))
        let flow = try FlowReader(kinds: DeclaredKind.kinds).read(path)
        #expect(flow.name == "faq-assistant")
        #expect(flow.path == path)
        #expect(flow.parameters.map(\.type) == [.text, .integer, .number])
        #expect(
            flow.tasks.map(\.name)
                == ["clean", "cpt", "sft", "evaluate", "mine", "register", "promote"]
        )
        let tasks = Dictionary(uniqueKeysWithValues: flow.tasks.map { ($0.name, $0) })
        let clean = try #require(tasks["clean"])
        #expect(clean.cacheExpiration == 86_400)
        #expect(clean.retries == 1)
        #expect(clean.retryDelay == .list([5]))
        #expect(clean.position == SourcePosition(line: 8, column: 3))
        let cpt = try #require(tasks["cpt"])
        #expect(cpt.references == ["clean"])
        #expect(cpt.retries == 2)
        #expect(cpt.retryDelay == .growing(first: 10, factor: 2, max: 600, jitter: 0.2))
        #expect(cpt.timeout == 7_200)
        #expect(cpt.resources.memory == 2_000_000_000)
        #expect(cpt.resources.cores == 2)
        let sft = try #require(tasks["sft"])
        #expect(sft.references == ["cpt"])
        #expect(sft.tags == ["gpu"])
        #expect(sft.inputs.map(\.name) == ["model", "init_adapter", "data", "epochs", "seed"])
        #expect(tasks["evaluate"]?.references == ["sft"])
        #expect(tasks["register"]?.references == ["sft", "evaluate"])
        let promote = try #require(tasks["promote"])
        #expect(promote.needs == ["mine"])
        #expect(promote.approval == TaskApproval(timeout: 86_400))
        #expect(flow.hooks == [FlowHook(.failure, .command("./tell.sh"))])
        #expect(flow.maxParallel == 2)
        let schedule = try #require(flow.schedules.first)
        #expect(schedule.name == "schedule")
        #expect(schedule.trigger == .cron("0 2 * * 0"))
        #expect(schedule.timezone == "Asia/Seoul")
        #expect(schedule.catchup == 3_600)
        let graph = try FlowGraph(flow, parameters: try flow.parameterValues([:]))
        #expect(graph.instances.count == 9)
    }

    @Test func theMatrixBecomesAnInput() throws {
        let flow = try DeclaredKind.flow(
            """
            flow: f
            parameters: {seeds: [1, 2]}
            tasks:
              t:
                uses: train
                with: {data: "d-${seed}-${matrix.lr}"}
                matrix: {seed: "${seeds}", lr: [0.1, 1e-3]}
            """
        )
        let graph = try FlowGraph(flow, parameters: try flow.parameterValues([:]))
        let instance = graph.instances[1]
        #expect(instance.id == "t[seed=1,lr=0.001]")
        let scope = instance.scope(in: FlowScope())
        let values = try flow.tasks[0].inputs.map { try $0.value.resolved(in: scope).value }
        #expect(flow.tasks[0].inputs.map(\.name) == ["data", "seed", "lr"])
        #expect(values == ["d-1-0.001", 1, .number(0.001)])
    }

    @Test func schedulesMayBeAList() throws {
        let flow = try DeclaredKind.flow(
            """
            flow: f
            parameters: {n: 1}
            tasks: {a: {uses: shell, with: {command: "true"}}}
            schedule:
              - {name: nightly, cron: 0 2 * * *, overlap: buffer-one, parameters: {n: 3}}
              - {name: often, interval: 2h30m, start: 2026-12-01T02:00:00+09:00, pause_on_failure: true}
              - {name: data, on: {dataset: faq}}
            on_success: [{webhook: "https://example.org/x"}, {command: echo}]
            """
        )
        #expect(flow.schedules.map(\.name) == ["nightly", "often", "data"])
        #expect(flow.schedules[0].overlap == .bufferOne)
        #expect(flow.schedules[0].parameters == ["n": "3"])
        #expect(flow.schedules[1].trigger == .interval(seconds: 9_000, start: 1_796_058_000_000))
        #expect(flow.schedules[1].pausesOnFailure)
        #expect(flow.schedules[2].trigger == .dataset("faq"))
        #expect(flow.hooks.count == 2)
    }

    @Test func valuesFollowTheCoreSchemaOfYAML() throws {
        let flow = try DeclaredKind.flow(
            """
            flow: f
            parameters:
              a: [on, yes, no, off, 1_000, "1", 1:30, 0o17, 0x1F, 017, +5, 1e3, .5, 2., -.inf, ~, True, null]
              b: !!str 5
              c: |
                x
                ${
            tasks: {t: {uses: shell, with: {command: [echo, on, 5]}}}
            """.replacingOccurrences(of: "    ${", with: "    $${")
        )
        let values: JSONValue = [
            "on", "yes", "no", "off", "1_000", "1", "1:30", 15, 31, 17, 5, .number(1_000),
            .number(0.5), .number(2), .number(-.infinity), .null, true, .null,
        ]
        #expect(flow.parameters[0].defaultValue == values)
        #expect(flow.parameters[1].defaultValue == "5")
        #expect(flow.parameters[2].defaultValue == "x\n${\n")
    }

    @Test func anchorsShareValues() throws {
        let flow = try DeclaredKind.flow(
            """
            flow: f
            tasks:
              a: {uses: shell, with: {command: echo *, env: &env {A: "1"}}}
              b: {uses: shell, with: {command: "echo {a}: [b]: ?", env: *env}}
            """
        )
        #expect(flow.tasks[1].inputs.count == 2)
    }

    @Test func parametersAreReadByTheirType() throws {
        let flow = try DeclaredKind.flow(
            """
            flow: f
            parameters: {i: 1, n: 0.5, t: x, b: true, l: [1], o: {a: 1}, any: null, hub_token: abc, max_tokens: 9}
            tasks: {a: {uses: shell, with: {command: "true"}}}
            """
        )
        let texts = [
            "i": "0x10", "n": "2", "t": "5", "b": "false", "l": "[\"a\"]", "o": "{}", "any": "007",
        ]
        let values = try flow.parameterValues(texts)
        #expect(values["i"] == 16)
        #expect(values["n"] == .number(2))
        #expect(values["t"] == "5")
        #expect(values["b"] == false)
        #expect(values["l"] == ["a"])
        #expect(values["any"] == "007")
        #expect(flow.parameters.filter(\.isSecret).map(\.name) == ["hub_token"])
        for (name, text, message) in [
            ("i", "1.5", "whole number"), ("n", "x", "a number"), ("b", "yes", "true or false"),
            ("l", "1,2", "JSON"), ("epoch", "1", "no parameter"), ("i", "", "whole number"),
            ("n", ".nan", "a number"),
        ] {
            let error = #expect(throws: FlowError.self) {
                try flow.parameterValues(["any": "1", name: text])
            }
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
        let missing = #expect(throws: FlowError.self) { try flow.parameterValues([:]) }
        #expect(missing?.message == "The parameter any has no value.")
    }

    @Test func aMissingFileIsNotFound() {
        let error = #expect(throws: FlowError.self) {
            try FlowReader(kinds: DeclaredKind.kinds).read("/nowhere/x.yaml")
        }
        #expect(error?.code == .notFound, "\(error?.message ?? "")")
    }

    @Test func aFileIsParsedAgainOnlyIfItHasOtherBytes() throws {
        let reader = FlowReader(kinds: DeclaredKind.kinds)
        func name(_ text: String) throws -> String { try reader.parse(text, path: "/f.yaml").name }
        let text = "flow: f\ntasks: {t: {uses: shell, with: {command: x}}}\n"
        for _ in 1...3 { #expect(try name(text) == "f") }
        #expect(reader.documents.parsed == 1)
        #expect(try name(text.replacing("flow: f", with: "flow: g")) == "g")
        #expect(reader.documents.parsed == 2)
        // Faults are found each time.
        for _ in 1...2 { #expect(throws: FlowError.self) { try name("flow: f\nflow: g") } }
        #expect(reader.documents.parsed == 4)
    }

    @Test func aMistypedFileGetsASuggestion() throws {
        let folder = "\(FileManager.default.temporaryDirectory.path)/flows-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try Data().write(to: URL(filePath: "\(folder)/train.yaml"))
        let reader = FlowReader(kinds: DeclaredKind.kinds)
        let error = #expect(throws: FlowError.self) { try reader.read("\(folder)/trian.yaml") }
        #expect(error?.hint == "Did you mean `train.yaml`?")
    }
}
