import Foundation
import Machine
import Runs
import Testing
import TestModels
import Training
import Workspace
import Yams

@Suite struct RunArtifactTests {
    @Test func workedTimeIsWhatIsNotIdle() throws {
        try TemporaryFolder.with { folder in
            try TestWorkspace.write("cpu  10 0 10 70 10 0 0 0 5 0\ncpu0 1\n", to: "\(folder)/stat")
            let first = try #require(ProcessorTime.read(root: folder))
            #expect(first == ProcessorTime.read(root: folder))
            #expect(first.busyShare(since: first) == nil)
            try TestWorkspace.write("cpu  40 0 10 130 20 0 0 0 9 0\n", to: "\(folder)/stat")
            let second = try #require(ProcessorTime.read(root: folder))
            #expect(abs(try #require(second.busyShare(since: first)) - 0.3) < 1e-9)
            try TestWorkspace.write("cpu  x\n", to: "\(folder)/stat")
            #expect(ProcessorTime.read(root: folder) == nil)
        }
    }

    @Test func whatOthersTakeIsWhatThisProcessDidNotWork() throws {
        try TemporaryFolder.with { folder in
            try FileManager.default.createDirectory(
                atPath: "\(folder)/self",
                withIntermediateDirectories: true
            )
            func write(_ machine: String, own: String) throws {
                try TestWorkspace.write("cpu  \(machine)\n", to: "\(folder)/stat")
                try TestWorkspace.write(
                    "7 (a (b) c) R 1 1 1 0 -1 0 0 0 0 0 \(own) 0 0 20 0 9 0\n",
                    to: "\(folder)/self/stat"
                )
            }
            try write("100 0 0 100 0 0 0 0", own: "50 10")
            let share = try #require(MachineShare(root: folder))
            #expect(share.takenByOthers() == nil)
            try write("160 0 20 120 0 0 0 0", own: "90 20")
            #expect(abs(try #require(share.takenByOthers()) - 0.3) < 1e-9)
            // The two are not read at the same moment.
            try write("160 0 20 120 0 0 0 0", own: "150 20")
            #expect(share.takenByOthers() == 0)
            try write("160 0 20 120 0 0 0 0", own: "x")
            #expect(share.takenByOthers() == nil)
        }
    }

    @Test func aRunRecordsWhatItWasComputedWith() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let run = try workspace.runs.start(test.request(steps: 2)).id
                _ = try workspace.runs.wait(for: run)
                let summary = try workspace.runs.summary(run)
                #expect(summary.tags["workbench.template_digest"]?.count == 64)
                #expect(summary.metrics["system/system_memory_usage_megabytes"] ?? 0 > 0)
                let adapter = try #require(summary.resultPath)
                let folder = (adapter as NSString).deletingLastPathComponent
                let environment = try JSONSerialization.jsonObject(
                    with: Data(contentsOf: URL(filePath: "\(folder)/environment.json"))
                )
                let facts = try #require(environment as? [String: Any])
                #expect(facts["instruction_set"] is String)

                let text = try String(contentsOfFile: "\(adapter)/MLmodel", encoding: .utf8)
                let card = try #require(try Yams.load(yaml: text) as? [String: Any])
                #expect(card["run_id"] as? String == run)
                #expect((card["model_id"] as? String)?.hasPrefix("m-") == true)
                let flavors = try #require(card["flavors"] as? [String: [String: Any]])
                #expect(flavors["transformers"]?["peft_adaptor"] as? String == ".")
                #expect(
                    flavors["transformers"]?["pipeline_model_type"] as? String == "LlamaForCausalLM"
                )
                let example = try String(
                    contentsOfFile: "\(adapter)/input_example.json",
                    encoding: .utf8
                )
                #expect(example.hasPrefix(#"{"messages":[{"content":"#))
            }
        }
    }
}
