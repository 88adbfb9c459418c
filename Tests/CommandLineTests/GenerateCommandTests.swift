import Foundation
import Testing

@Suite struct GenerateCommandTests {
    @Test func theSameSeedGivesTheSameAnswerAndAdaptersChangeIt() throws {
        let program = try Program()
        let ask = [
            "generate", "--prompt", "q1", "--max-tokens", "12", "--temperature", "0", "--json",
        ]
        func answer(_ extra: [String] = []) throws -> [Int] {
            let (process, output, _) = try program.start(ask + extra)
            let data = output.readDataToEndOfFile()
            process.waitUntilExit()
            let object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
            return object?["ids"] as? [Int] ?? []
        }
        let base = try answer()
        #expect(!base.isEmpty)
        #expect(try answer() == base)
        let trained = try program.run(
            "train",
            "--data",
            try program.dataset(),
            "--steps",
            "40",
            "--learning-rate",
            "2e-2",
            "--run-name",
            "r"
        )
        #expect(trained.status == 0, "\(trained.errors)")
        #expect(try answer(["--adapter", "r"]) != base)
    }

    @Test func tokenizeAndScorePrintWhatTheyPromise() throws {
        let program = try Program()
        let tokens = try #require(
            try program.run("model", "tokenize", program.model, "--text", "the cat", "--json")
                .objects.first
        )
        let ids = try #require(tokens["ids"] as? [Int])
        #expect((tokens["tokens"] as? [String])?.joined() == "the cat")
        let score = try #require(
            try program.run(
                "model",
                "score",
                program.model,
                "--ids",
                ids.map(String.init).joined(separator: ","),
                "--json"
            ).objects.first
        )
        let logarithms = try #require(score["token_logprobs"] as? [Double])
        #expect(logarithms.count == ids.count - 1)
        let perplexity = try #require(score["perplexity"] as? Double)
        #expect(
            abs(perplexity - exp(-logarithms.reduce(0, +) / Double(logarithms.count))) < 1e-3
                * perplexity
        )
    }

    @Test func theRegistryWalk() throws {
        let program = try Program()
        let data = try program.dataset()
        for name in ["a", "b"] {
            #expect(
                try program.run("train", "--data", data, "--steps", "2", "--run-name", name).status
                    == 0
            )
            #expect(try program.run("registry", "register", name, "faq").status == 0)
        }
        #expect(try program.run("registry", "promote", "faq", "1").status == 0)
        #expect(try program.run("registry", "promote", "faq", "2").status == 0)
        #expect(try program.run("registry", "show", "faq").text.contains("Archived"))
        let back = try program.run("registry", "rollback", "faq", "--json")
        #expect(back.objects.first?["to"] as? Int == 1)
        #expect(try program.run("registry", "list").text.contains("version 1"))
        let answer = try program.run(
            "generate",
            "--model",
            "models:/faq@production",
            "--prompt",
            "q",
            "--max-tokens",
            "2",
            "--json"
        )
        #expect(answer.status == 0, "\(answer.errors)")
        #expect(try program.run("registry", "history", "faq").text.contains("promoted"))
    }
}
