import Foundation
import Machine
import Testing
import TestModels
import Training
import Workspace
import Yams

@Suite struct RunOriginTests {
    private static let hash = "0123456789abcdef0123456789abcdef01234567"

    private static func write(_ files: [String: String], in folder: String) throws {
        for (name, text) in files {
            let path = "\(folder)/\(name)"
            let parent = (path as NSString).deletingLastPathComponent
            try FileManager.default.createDirectory(
                atPath: parent,
                withIntermediateDirectories: true
            )
            try TestWorkspace.write(text, to: path)
        }
    }

    @Test(
        arguments: [
            // A branch in a file of its own, in the packed ones, and none at all.
            (
                [".git/HEAD": "ref: refs/heads/fix/a\n", ".git/refs/heads/fix/a": hash + "\n"],
                "fix/a"
            ),
            (
                [
                    ".git/HEAD": "ref: refs/heads/main\n",
                    ".git/packed-refs": "# pack-refs with: peeled\n\(hash) refs/heads/main\n",
                ], "main"
            ),
            ([".git/HEAD": hash + "\n"], nil),
            // A worktree apart from its repository.
            (
                [
                    ".git": "gitdir: real/worktrees/w\n",
                    "real/worktrees/w/HEAD": "ref: refs/heads/w\n",
                    "real/worktrees/w/commondir": "../..\n", "real/refs/heads/w": hash + "\n",
                ], "w"
            ),
        ] as [([String: String], String?)]
    )
    func theCommitIsReadWithoutGit(files: [String: String], branch: String?) throws {
        try TemporaryFolder.with { folder in
            try Self.write(files, in: folder)
            try Self.write(["deep/er/file": ""], in: folder)
            let checkout = try #require(GitCheckout(containing: "\(folder)/deep/er"))
            #expect(checkout.commit == Self.hash)
            #expect(checkout.branch == branch)
            #expect(checkout.repository == nil)
        }
    }

    @Test(arguments: [
        "https://ann:secret@host.example/team/repo.git",
        "https://host.example/team/repo.git?private_token=glpat-1&x=y",
        "https://host.example/team/repo.git#secret",
    ])
    func theRepositoryIsToldWithoutItsToken(url: String) throws {
        try TemporaryFolder.with { folder in
            let config = """
                [core]
                \tbare = false
                [remote "origin"]
                \turl = \(url)
                [remote "other"]
                \turl = https://elsewhere.example/x
                """
            try Self.write([".git/HEAD": Self.hash, ".git/config": config], in: folder)
            let checkout = try #require(GitCheckout(containing: folder))
            #expect(checkout.repository == "https://host.example/team/repo.git")
        }
    }

    @Test(arguments: [
        [".git/HEAD": "ref: refs/heads/none\n"], [".git/HEAD": "no hash\n"],
        [".git": "gitdir: gone"],
        [".git/HEAD": ""],
    ])
    func whatIsNoCheckoutHasNoCommit(files: [String: String]) throws {
        try TemporaryFolder.with { folder in
            try Self.write(files, in: folder)
            #expect(GitCheckout(containing: folder) == nil)
        }
    }

    @Test func variablesThatAreNotListedAreNotTold() {
        let reading = MachineReading(
            takenAt: Date(),
            gpus: [],
            source: "process",
            residentBytes: 1,
            memoryUsed: 2,
            memoryTotal: 3
        )
        let environment = RunEnvironment(
            machine: reading,
            variables: ["HF_TOKEN": "secret", "OMP_NUM_THREADS": "2", "AWS_SECRET": "secret"]
        )
        #expect(environment.variables == ["OMP_NUM_THREADS": "2"])
    }

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

    @Test func aRunTellsWhatItWasComputedWith() throws {
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
