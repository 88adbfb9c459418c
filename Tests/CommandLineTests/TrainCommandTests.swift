import Foundation
import Testing

@Suite struct TrainCommandTests {
    @Test func aRunReportsItsStepsAndIsInTheStore() throws {
        let program = try Program()
        let done = try program.run(
            "train",
            "--data",
            try program.dataset(),
            "--steps",
            "5",
            "--run-name",
            "first",
            "--json"
        )
        #expect(done.status == 0, "\(done.errors)")
        let steps = done.objects.filter { $0["event"] as? String == "step" }
        #expect(steps.compactMap { $0["step"] as? Int } == [0, 1, 2, 3, 4])
        for key in ["loss", "grad_norm", "learning_rate", "tokens_per_second", "target_tokens"] {
            #expect(steps.allSatisfy { $0[key] is NSNumber }, "\(key)")
        }
        let last = try #require(done.objects.last)
        #expect(last["event"] as? String == "finished")
        #expect((last["peak_rss_bytes"] as? Int ?? 0) > 1_000_000)
        let adapter = try #require(last["adapter"] as? String)
        #expect(FileManager.default.fileExists(atPath: "\(adapter)/adapter_model.safetensors"))

        let shown = try #require(try program.run("runs", "show", "first", "--json").objects.first)
        let summary = try #require(shown["summary"] as? [String: Any])
        #expect(summary["status"] as? String == "finished")
        #expect(summary["loss"] as? Double == steps.last?["loss"] as? Double)
    }

    @Test func aKilledAndResumedRunHasTheSameLossesBitByBit() throws {
        let program = try Program()
        let data = try program.dataset(rows: 40)
        let options = ["--data", data, "--steps", "400", "--checkpoint-every", "7", "--json"]
        let whole = try program.run(
            "train",
            "--data",
            data,
            "--steps",
            "400",
            "--checkpoint-every",
            "7",
            "--json",
            "--run-name",
            "whole"
        )
        #expect(whole.status == 0, "\(whole.errors)")
        let expected = Self.losses(whole.objects)
        #expect(expected.count == 400)

        let (process, output, _) = try program.start(["train", "--run-name", "cut"] + options)
        var lines = LineReader(output)
        var seen = 0
        while seen < 30, let line = lines.next() { if line.contains(#""step""#) { seen += 1 } }
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()

        let list = try program.run("runs", "list", "--json")
        #expect(list.text.contains(#""status":"crashed""#))
        let resumed = try program.run("train", "--resume", "cut", "--json")
        #expect(resumed.status == 0, "\(resumed.errors)")
        let later = Self.losses(resumed.objects)
        let first = try #require(later.keys.min())
        #expect(first % 7 == 0 && first >= 7, "it starts after a checkpoint, not at the beginning")
        #expect(later.count == 400 - first)
        for (step, loss) in later { #expect(loss == expected[step], "step \(step)") }
    }

    @Test func terminatedItWritesACheckpointAndResumesThere() throws {
        let program = try Program()
        let data = try program.dataset(rows: 40)
        let (process, output, _) = try program.start(
            ["train", "--data", data, "--steps", "100000", "--run-name", "long", "--json"])
        var lines = LineReader(output)
        while let line = lines.next() { if line.contains(#""step":5"#) { break } }
        kill(process.processIdentifier, SIGTERM)
        while lines.next() != nil {}
        process.waitUntilExit()
        #expect(process.terminationStatus == 143)
        let shown = try #require(try program.run("runs", "show", "long", "--json").objects.first)
        let summary = try #require(shown["summary"] as? [String: Any])
        #expect(summary["status"] as? String == "stopped")
        #expect((summary["resumable_step"] as? Int ?? 0) >= 5)
    }

    @Test func watchingARunOfAnotherProcessEndsWithIt() throws {
        let program = try Program()
        let (training, output, _) = try program.start(
            [
                "train", "--data", try program.dataset(), "--steps", "100000", "--run-name", "far",
                "--json",
            ])
        var lines = LineReader(output)
        while let line = lines.next() { if line.contains(#""step":3"#) { break } }
        let (watching, steps, errors) = try program.start(["runs", "watch", "far", "--json"])
        var watched = LineReader(steps)
        while let line = watched.next() { if line.contains(#""step""#) { break } }
        try program.run("runs", "stop", "far")
        while lines.next() != nil {}
        while watched.next() != nil {}
        training.waitUntilExit()
        watching.waitUntilExit()
        #expect(watching.terminationStatus == 0)
        let text = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
        #expect(text.contains("far is stopped"), "\(text)")
    }

    @Test func anotherProcessCanStopARun() throws {
        let program = try Program()
        let (process, output, _) = try program.start(
            [
                "train", "--data", try program.dataset(), "--steps", "100000", "--run-name", "far",
                "--json",
            ])
        var lines = LineReader(output)
        while let line = lines.next() { if line.contains(#""step":3"#) { break } }
        let stopped = try program.run("runs", "stop", "far")
        #expect(stopped.status == 0, "\(stopped.errors)")
        while lines.next() != nil {}
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
    }

    @Test func aConfigurationFileGivesOptionsAndTheCommandLineWins() throws {
        let program = try Program()
        let data = try program.dataset()
        let file = try program.file(
            "train.yaml",
            """
            data: \(data)
            steps: 9
            learning-rate: 1e-3
            no-shuffle: true
            rslora: true
            recompute: false
            on: [loss-spike=pause, plateau=stop]
            then: ["\(data) steps=1 no-shuffle=false"]

            """
        )
        let done = try program.run(
            "train",
            "--config",
            file,
            "--steps",
            "2",
            "--run-name",
            "c",
            "--json"
        )
        #expect(done.status == 0, "\(done.errors)")
        #expect(Self.losses(done.objects).count == 2)
        #expect(done.objects.filter { $0["event"] as? String == "finished" }.count == 2)
        let shown = try #require(try program.run("runs", "show", "c", "--json").objects.first)
        let parameters = (shown["summary"] as? [String: Any])?["parameters"] as? [String: String]
        #expect(parameters?["learning_rate"] == "0.001")
        #expect(parameters?["sentinels"] == "loss-spike=pause,plateau=stop")
        #expect(parameters?["rslora"] == "true")
        #expect(parameters?["recompute"] == "false")
        for line in ["help: 1", "config: a.yaml", "best: maybe"] {
            let file = try program.file("bad.yaml", "data: \(data)\n\(line)\n")
            let done = try program.run("train", "--config", file)
            #expect(done.status == 1 && done.errors.contains("bad.yaml"), "\(done.errors)")
        }
    }

    static func losses(_ objects: [[String: Any]]) -> [Int: Double] {
        objects.reduce(into: [:]) { losses, object in
            guard object["event"] as? String == "step", let step = object["step"] as? Int else {
                return
            }
            losses[step] = object["loss"] as? Double
        }
    }
}
