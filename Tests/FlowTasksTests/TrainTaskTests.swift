import FlowTasks
import JSON
import Platform
import Runs
import Testing
import Workflows

@Suite("Tasks that train and evaluate")
struct TrainTaskTests {
    @Test("A training yields its run, its adapter and its losses")
    func outputs() throws {
        try TaskWorkspace.with { test in
            let call = try test.task("train")
            let result = try call.run(test.training())
            guard case .string(let run) = result["run"], case .string(let path) = result["path"]
            else {
                return #expect(Bool(false), "no run")
            }
            let summary = try test.runs.summary(run)
            #expect(summary.status == .finished && summary.name == "the-task")
            #expect(summary.tags["workbench.flow_run"] == "the-flow-run")
            #expect(summary.tags["workbench.flow_task"] == "the-task")
            #expect(result["model"] == .string("runs:/\(run)"))
            #expect(result["adapter"] == .string(path) && path == summary.resultPath)
            #expect(result["steps"] == .integer(6))
            #expect(result["eval_loss"] == summary.evaluationLoss.map { .number($0) })
            #expect(result["loss"] == summary.loss.map { .number($0) })
            #expect(result.content("run") == .null)
            #expect(call.kind.isIntact(.init(result.outputs.map { ($0.name, $0.value.value) })))
            Files.remove(path)
            #expect(!call.kind.isIntact(.init(result.outputs.map { ($0.name, $0.value.value) })))
        }
    }

    @Test(
        "Its content is that of the adapter: the same for the same inputs, another for another seed"
    )
    func contents() throws {
        try TaskWorkspace.with { test in
            let first = try test.task("train").run(test.training())
            let second = try test.task("train").run(test.training())
            let third = try test.task("train").run(test.training(["seed": 1]))
            #expect(first["run"] != second["run"])
            #expect(first.content("adapter") == second.content("adapter"))
            #expect(first.content("model") == second.content("model"))
            #expect(first.content("adapter") != third.content("adapter"))
        }
    }

    @Test("Its forecast is that of its run, which measures nothing")
    func cost() throws {
        try TaskWorkspace.with { test in
            let call = try test.task("train")
            let inputs = test.training()
            let unknown = call.kind.cost(of: inputs.object, folder: call.folder)
            #expect(unknown?.seconds == nil)
            #expect((unknown?.memoryBytes ?? 0) > 0)
            _ = try call.run(inputs)
            #expect(call.kind.cost(of: inputs.object, folder: call.folder)?.seconds != nil)
            let missing = test.training(["data": "no-such-data"])
            #expect(call.kind.cost(of: missing.object, folder: call.folder) == nil)
        }
    }

    @Test("The run's id is stored before the run exists, and the run belongs to the flow's")
    func reservation() throws {
        try TaskWorkspace.with { test in
            let parent = try test.task("train").run(test.training(["steps": 1]))["run"]?.text ?? ""
            let call = try test.task("train")
            let run = try call.run(test.training(["steps": 1]), parentRun: parent)["run"]?.text
            #expect(call.state.withLock { $0.reservation } == run)
            #expect(try test.runs.summary(run ?? "").tags["mlflow.parentRunId"] == parent)
        }
    }

    @Test("A cancelled training is continued in its run, to the same bits")
    func continuation() throws {
        try TaskWorkspace.with { test in
            let whole = try test.task("train").run(test.training(["steps": 60]))
            let call = try test.task("train")
            let inputs = test.training(["steps": 60, "eval_every": 2])
            #expect(throws: CancellationError.self) {
                _ = try call.run(inputs, logged: { if $0.contains("held-out") { call.cancel() } })
            }
            let run = try #require(call.state.withLock { $0.reservation })
            let stopped = try test.runs.summary(run)
            #expect(stopped.status == .stopped && stopped.stepsDone < 60)
            call.state.withLock { $0.isCancelled = false }
            let result = try call.run(inputs)
            #expect(result["run"] == .string(run) && result["steps"] == .integer(60))
            #expect(result.content("adapter") == whole.content("adapter"))
            // It is not trained again if only the recording of the result was missing.
            let again = try call.run(inputs)
            #expect(again == result)
        }
    }

    @Test("What would fail again is not tried again")
    func refusals() throws {
        try TaskWorkspace.with { test in
            let refused: [JSONValue] = [
                ["optimizer": "none"], ["data": "missing"], ["model": "missing"],
                ["learning_rate": .number(1e35), "max_grad_norm": 0],
            ]
            for inputs in refused {
                let call = try test.task("train")
                let error = flowError { _ = try call.run(test.training(inputs)) }
                #expect(error?.code == .invalid)
            }
        }
    }

    @Test("An adapter is continued from its path or its run, and decides its shape")
    func adapters() throws {
        try TaskWorkspace.with { test in
            let first = try test.task("train").run(test.training(["steps": 2]))
            let call = try test.task("train")
            let shapeless = JSONObject(
                test.training().object.members.filter { $0.name.text != "rank" }
                    .map { ($0.name.text, $0.value) }
            )
            let adapter = first["adapter"] ?? .null
            let byPath = try call.run(
                .object(shapeless.merging(JSONObject([("init_adapter", adapter)])))
            )
            let model = first["model"] ?? .null
            let byRun = try test.task("train").run(
                .object(shapeless.merging(JSONObject([("model", model)])))
            )
            #expect(byPath.content("adapter") == byRun.content("adapter"))
            let error = flowError {
                _ = try call.run(test.training(["model": model, "rank": 8]))
            }
            #expect(error?.code == .invalid && error?.message.contains("`rank`") == true)
        }
    }

    @Test("What changes no result does not count, what data and model contain does")
    func keys() throws {
        try TaskWorkspace.with { test in
            let call = try test.task("train")
            let content = try call.content(test.training(["run_name": "x", "experiment": "y"]))
            for name in ["threads", "run_name", "experiment", "checkpoint_every", "samples"] {
                #expect(content[name] == .null)
            }
            #expect(content["seed"] == nil && content["eval_split"] == nil)
            let before = content["data"]
            try Files.write(TaskWorkspace.rows(25).utf8, to: "\(test.folder)/facts.jsonl")
            #expect(try call.content(test.training())["data"] != before)
            #expect(
                call.faults(["data": "none", "method": "x", "init_adapter": "nowhere", "rank": -1])
                    .sorted() == ["data", "init_adapter", "method", "rank"]
            )
        }
    }

    @Test("A model is measured on held-out rows, beside a baseline")
    func evaluation() throws {
        try TaskWorkspace.with { test in
            let trained = try test.task("train").run(test.training(["steps": 20]))
            let call = try test.task("evaluate")
            let measured = try call.run([
                "model": trained["model"], "baseline": "tiny.gguf", "tasks": ["facts.jsonl"],
                "eval_split": .number(0.25), "sequence_length": 128,
            ])
            let loss = try #require(measured["eval_loss"]?.number)
            let trainedLoss = try #require(trained["eval_loss"]?.number)
            #expect(abs(loss - trainedLoss) < 0.02)
            let difference = try #require(measured["difference"]?.number)
            #expect(difference < 0)
            #expect(measured["rows"] != .integer(0))
            let first = try call.run([
                "model": "tiny.gguf", "baseline": "models:/faq@production", "data": "facts.jsonl",
                "eval_split": .number(0.25),
            ])
            #expect(first["eval_loss"] != nil && first["difference"] == nil)
            let error = flowError {
                _ = try call.run(["model": "tiny.gguf", "tasks": ["hellaswag"]])
            }
            #expect(
                error?.code == .invalid && error?.message.contains("come with evaluation") == true
            )
            #expect(call.faults(["model": "tiny.gguf", "tasks": ["hellaswag"]]) == ["tasks"])
            let none = flowError {
                _ = try call.run(["model": "tiny.gguf", "data": "facts.jsonl"])
            }
            #expect(none?.message.contains("held out") == true)
        }
    }
}

extension JSONValue {
    /// The text of a text.
    var text: String? {
        if case .string(let text) = self { return text }
        return nil
    }

    /// The number of a number.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }
}
