import FlowTasks
import JSON
import Platform
import Registry
import Testing
import Tracking
import Workflows
import Workspace

@Suite("Tasks with data, models and the registry")
struct DataAndRegistryTaskTests {
    @Test("Data is prepared once for its content, and found by what it yields")
    func preparation() throws {
        try TaskWorkspace.with { test in
            let rows = TaskWorkspace.rows(10)
            try Files.write((rows + rows).utf8, to: "\(test.folder)/twice.jsonl")
            let call = try test.task("data.prepare")
            let inputs: JSONValue = [
                "data": "twice.jsonl", "deduplicate": true, "clean": true, "name": "once",
                "eval_split": .number(0.5),
            ]
            let result = try call.run(inputs)
            let kept = (result["rows"]?.number ?? 0) + (result["held_out_rows"]?.number ?? 0)
            #expect(kept == 10 && result["held_out_rows"] != .integer(0))
            #expect(result.content("dataset") == result["digest"])
            #expect(result["dataset"]?.text?.hasPrefix("once@") == true)
            #expect(try call.run(inputs) == result)
            let outputs = JSONObject(result.outputs.map { ($0.name, $0.value.value) })
            #expect(call.kind.isIntact(outputs))
            // A training reads it by that text, also after it was renamed.
            _ = try test.workspace.datasets.add(path: result["path"]?.text ?? "", name: "renamed")
            let again = try test.services.dataset(result["dataset"]?.text ?? "", in: "/")
            #expect(again.digest == result["digest"]?.text && again.name == "renamed")
        }
    }

    @Test("Steps that cannot be parsed, and none at all, are refused")
    func wrongSteps() throws {
        try TaskWorkspace.with { test in
            let call = try test.task("data.convert")
            #expect(call.faults(["data": "facts.jsonl", "clean": "soap"]) == ["clean"])
            #expect(call.faults(["data": "facts.jsonl", "eval_split": 2]) == ["eval_split"])
            #expect(call.faults(["data": "nothing"]) == ["data"])
            #expect(flowError { _ = try call.run(["data": "facts.jsonl"]) }?.code == .invalid)
            let map: JSONValue = ["instruction": "question", "output": "answer"]
            let rows = #"{"question":"a","answer":"b"}"# + "\n" + #"{"question":"c","answer":"d"}"#
            try Files.write(rows.utf8, to: "\(test.folder)/own.jsonl")
            let result = try call.run(["data": "own.jsonl", "map": map])
            #expect(result["rows"] == .integer(2))
            // Without the names of its columns it cannot be read.
            #expect(call.faults(["data": "own.jsonl", "map": map]) == [])
            let unmapped = flowError { _ = try call.run(["data": "own.jsonl", "clean": true]) }
            #expect(unmapped?.code == .invalid)
        }
    }

    @Test("A training is registered, and promoted through the gate")
    func registry() throws {
        try TaskWorkspace.with { test in
            let trained = try test.task("train").run(test.training(["steps": 2]))
            let register = try test.task("registry.register")
            let registered = try register.run(["model": trained["model"], "name": "faq"])
            #expect(registered["version"] == "faq/1" && registered["number"] == .integer(1))
            #expect(registered["model"] == "models:/faq/1")
            #expect(registered.content("model") == trained.content("model"))

            let alias = try test.task("registry.alias")
            let inputs: JSONValue = ["version": registered["version"], "alias": "candidate"]
            #expect(try alias.run(inputs)["name"] == "faq")
            #expect(try test.services.version("models:/faq@candidate").number == 1)
            let content = try alias.content(["version": "models:/faq@candidate", "alias": "x"])
            #expect(content["version"] == "faq/1")
            let stage = try test.task("registry.stage")
            _ = try stage.run(["version": 1, "name": "faq", "stage": "Staging"])
            #expect(stage.faults(["version": "faq/1", "stage": "Testing"]) == ["stage"])
            #expect(flowError { _ = try stage.run(["version": 1, "stage": "Staging"]) } != nil)
            #expect(flowError { _ = try stage.run(["version": "faq/9", "stage": "None"]) } != nil)
        }
    }

    @Test("A gate refuses a promotion by name, which is not tried again; one that passes deploys")
    func gate() throws {
        try TaskWorkspace.with { test in
            let trained = try test.task("train").run(test.training(["steps": 2]))
            let registered = try test.task("registry.register")
                .run(["model": trained["model"], "name": "faq"])
            let promote = try test.task("registry.promote")
            let inputs: JSONValue = ["version": registered["version"], "reason": "good"]
            let limit = Gate.Condition("eval_loss", .less, .value(0))
            try test.workspace.registry.setGate("faq", to: Gate([limit]))
            let refused = flowError { _ = try promote.run(inputs) }
            #expect(refused?.code == .refused && refused?.message.contains("eval_loss") == true)
            try test.workspace.registry.setGate("faq", to: nil)
            #expect(try promote.run(inputs)["model"] == "models:/faq/1")
            #expect(try test.services.version("models:/faq@production").number == 1)
            #expect(try test.workspace.registry.history("faq").first?.reason == "good")
        }
    }

    @Test("An adapter is merged and quantized, and the result can be registered")
    func models() throws {
        try TaskWorkspace.with { test in
            let trained = try test.task("train").run(test.training(["steps": 2]))
            let merge = try test.task("model.merge")
            let merged = try merge.run(["model": trained["model"], "type": "F16", "name": "merged"])
            let path = try #require(merged["model"]?.text)
            #expect(path == "\(test.folder)/home/models/merged.gguf" && FilePaths.isFile(path))
            #expect(merged["divergence"] != nil)
            let outputs = JSONObject(merged.outputs.map { ($0.name, $0.value.value) })
            #expect(merge.kind.isIntact(outputs))
            let version = try test.task("registry.register").run([
                "model": .string(path), "name": "whole",
            ])
            #expect(version["version"] == "whole/1")
            var bytes = try #require(try Files.read(path))
            bytes[bytes.count - 1] ^= 1
            try Files.write(bytes, to: path)
            #expect(!merge.kind.isIntact(outputs))
            Files.remove(path)
            #expect(!merge.kind.isIntact(outputs))
            #expect(merge.faults(["model": "tiny.gguf", "type": "Q99"]) == ["type"])
            let error = flowError { _ = try merge.run(["model": "tiny.gguf"]) }
            #expect(error?.code == .invalid && error?.message.contains("no adapter") == true)
        }
    }
}
