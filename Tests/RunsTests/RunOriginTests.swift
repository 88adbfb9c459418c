import Foundation
import Machine
import Runs
import Testing
import TestModels

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
            try text.write(toFile: path, atomically: false, encoding: .utf8)
        }
    }

    @Test(
        arguments: [
            // A branch in a file of its own, in the packed ones, and none.
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
            // A worktree separate from its repository.
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
    func theRepositoryIsRecordedWithoutItsToken(url: String) throws {
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
    func aFolderWithoutACheckoutHasNoCommit(files: [String: String]) throws {
        try TemporaryFolder.with { folder in
            try Self.write(files, in: folder)
            #expect(GitCheckout(containing: folder) == nil)
        }
    }

    @Test func unlistedVariablesAreNotRecorded() {
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
}
