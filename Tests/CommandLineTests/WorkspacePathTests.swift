import Foundation
import Testing

/// Commands in a working folder of their own, with relative paths for everything.
@Suite struct WorkspacePathTests {
    @Test(arguments: ["./ws", "../w s//", "한글/../new/./ws", "link/ws"])
    func relativeNamesHoldFromTheFolderTheyAreGivenIn(workspace: String) throws {
        let program = try Program()
        let work = "\(program.folder)/some work"
        let other = "\(program.folder)/elsewhere"
        let files = FileManager.default
        for folder in ["\(work)/한글", "\(work)/target", other] {
            try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
        }
        try files.createSymbolicLink(
            atPath: "\(work)/link",
            withDestinationPath: "target"
        )
        try files.copyItem(atPath: program.model, toPath: "\(work)/my model.gguf")
        _ = try program.dataset("some work/rows.jsonl")
        for name in ["a", "b"] {
            let trained = try program.run(
                "train",
                "--model",
                "./my model.gguf",
                "--data",
                "한글/../rows.jsonl",
                "--steps",
                "2",
                "--rank",
                name == "a" ? "2" : "4",
                "--run-name",
                name,
                "--workspace",
                workspace,
                in: work
            )
            try #require(trained.status == 0, "\(trained.errors)")
        }
        let shown = try program.run(
            "runs",
            "show",
            "a",
            "--json",
            "--workspace",
            workspace,
            in: work
        )
        let summary = try #require(shown.objects.first?["summary"] as? [String: Any])
        let result = try #require(summary["result_path"] as? String)
        let file = try Data(contentsOf: URL(fileURLWithPath: "\(result)/adapter_config.json"))
        let configuration = try JSONSerialization.jsonObject(with: file) as? [String: Any]
        #expect(configuration?["r"] as? Int == 2)
        #expect(summary["model_path"] as? String == "\(work)/my model.gguf")

        // From another folder: the run repeats, registers and answers.
        let folder = try #require(result.range(of: "/artifacts/")).lowerBound
        let absolute = String(result[..<folder])
        let registered = try program.run(
            "registry",
            "register",
            "a",
            "faq",
            "--workspace",
            absolute,
            in: other
        )
        #expect(registered.status == 0, "\(registered.errors)")
        let answer = try program.run(
            "generate",
            "--model",
            "models:/faq/1",
            "--prompt",
            "q1",
            "--max-tokens",
            "2",
            "--workspace",
            absolute,
            in: other
        )
        #expect(answer.status == 0, "\(answer.errors)")
        let again = try program.run("runs", "retry", "a", "--workspace", absolute, in: other)
        #expect(again.status == 0, "\(again.errors)")
        let check = try program.run("workspace", "check", "--workspace", absolute, in: "/")
        #expect(check.status == 0, "\(check.text)")
    }
}
