import Foundation
import Testing

/// From an empty workspace to a model that answers: a vocabulary, raw text, conversations.
@Suite struct ScratchModelTests {
    @Test func aNewModelIsTrainedInTwoPhasesByOneCommand() throws {
        let program = try Program()
        let words = ["sun", "moon", "star", "cloud", "rain", "wind", "snow", "hill"]
        let documents = (0..<40).map { number in
            (0..<20).map {
                "the \(words[(number + $0) % 8]) sees the \(words[(number * 3 + $0) % 8])"
            }
            .joined(separator: ". ")
        }
        let text = try program.file("text.txt", documents.joined(separator: "\n\n\n"))
        let chats = try program.dataset(rows: 24)
        let model = "\(program.folder)/new.gguf"
        let made = try program.run(
            "model",
            "new",
            model,
            "--data",
            text,
            "--vocabulary",
            "512",
            "--width",
            "64",
            "--layers",
            "2",
            "--heads",
            "4",
            "--kv-heads",
            "2",
            "--feed-forward",
            "128",
            "--json"
        )
        #expect(made.status == 0, "\(made.errors)")
        #expect(made.objects.first?["path"] as? String == model)

        let trained = try program.run(
            "train",
            "--model",
            model,
            "--method",
            "full",
            "--data",
            text,
            "--eval-split",
            "0.2",
            "--steps",
            "12",
            "--learning-rate",
            "3e-3",
            "--samples",
            "0",
            "--allow",
            "all",
            "--json",
            "--then",
            "\(chats) steps=8 learning-rate=1e-3 eval-split=0.2 weight-decay=0.02"
        )
        #expect(trained.status == 0, "\(trained.errors)")
        let losses = trained.objects.filter { $0["event"] as? String == "stage" }
        #expect(losses.map { $0["after_stage"] as? Int } == [1, 2, 2])
        #expect(losses.map { $0["stage"] as? Int } == [1, 1, 2])
        let finished = trained.objects.filter { $0["event"] as? String == "finished" }
        #expect(finished.count == 2)
        let result = try #require(finished.last?["model"] as? String)

        // Options of a phase are its own; the others are the first phase's.
        let second = try #require(finished.last?["run_id"] as? String)
        let shown = try #require(try program.run("runs", "show", second, "--json").objects.first)
        let summary = try #require(shown["summary"] as? [String: Any])
        let parameters = try #require(summary["parameters"] as? [String: String])
        #expect(parameters["weight_decay"] == "0.02")
        #expect(parameters["steps"] == "8")
        #expect(parameters["method"] == "full")

        // The model of the second phase is an ordinary model.
        let answer = try program.run(
            "generate",
            "--model",
            result,
            "--prompt",
            "Hello",
            "--temperature",
            "0",
            "--max-tokens",
            "4",
            "--json"
        )
        #expect(answer.status == 0, "\(answer.errors)")
        #expect((answer.objects.first?["ids"] as? [Int])?.isEmpty == false)
    }

    @Test func theBundledModelAnswersFromItsTrainingData() throws {
        let program = try Program(hasModel: false)
        let answer = try program.run(
            "generate",
            "--prompt",
            "What is the guest Wi-Fi password?",
            "--temperature",
            "0",
            "--max-tokens",
            "40",
            "--json"
        )
        #expect(answer.status == 0, "\(answer.errors)")
        #expect((answer.objects.first?["text"] as? String)?.contains("Bluefin") == true)
    }

    @Test func sizesThatDoNotFitTogetherAreRefused() throws {
        let program = try Program()
        let text = try program.file("text.txt", "one two three")
        let refused = try program.run(
            "model",
            "new",
            "\(program.folder)/new.gguf",
            "--data",
            text,
            "--heads",
            "5"
        )
        #expect(refused.status == 1)
        #expect(refused.errors.contains("5 heads"))
    }
}
