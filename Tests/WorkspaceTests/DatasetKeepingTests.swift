import Datasets
import Dispatch
import Foundation
import Glibc
import Platform
import Runs
import Testing
import Training
import Workspace

/// How copies of data are named and stored.
struct DatasetKeepingTests {
    @Test func rowsThatAreThereTakeTheNameThatIsGiven() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let datasets = workspace.datasets
                let first = try datasets.add(path: test.data)
                #expect(first.name == "facts" && first.decisions.isEmpty)
                let again = try datasets.add(path: test.data)
                #expect(
                    again.name == "facts" && again.decisions == ["these rows were here already"]
                )
                let renamed = try datasets.add(path: test.data, name: "quiz 1")
                #expect(renamed.name == "quiz-1" && renamed.path == first.path)
                #expect(renamed.decisions.first?.contains("already as facts") == true)
                #expect(try datasets.list().map(\.name) == ["quiz-1"])
                #expect(try datasets.find("quiz-1").digest == first.digest)
                #expect(try datasets.find("facts").name == "quiz-1")
                // Without a name the given one stays.
                #expect(try datasets.add(path: test.data).name == "quiz-1")
                #expect(try datasets.add(path: test.data, name: "facts").name == "facts")
                #expect(throws: WorkspaceError.self) {
                    try datasets.add(path: test.data, name: "../facts")
                }
            }
            try test.opened { workspace in
                let names = try workspace.datasets.list().map(\.name)
                #expect(names == ["facts"])
            }
        }
    }

    @Test func rowsOfASampleMayHaveANameOfTheirOwn() throws {
        try TestWorkspace.with { test in
            let samples = "\(test.folder)/sample-data"
            mkdir(samples, 0o700)
            try TestWorkspace.write(TestWorkspace.rows(4), to: "\(samples)/shipped.jsonl")
            try test.opened { workspace in
                let datasets = workspace.datasets
                _ = try datasets.add(path: "\(samples)/shipped.jsonl")
                #expect(try datasets.list().map(\.name) == ["shipped"])
                _ = try datasets.add(path: "\(samples)/shipped.jsonl", name: "mine")
                #expect(try datasets.list().map(\.name) == ["shipped", "mine"])
                #expect(try datasets.find("mine").origin == .added)
            }
        }
    }

    @Test func anExistingConvertedDatasetIsRenamedOnlyOnRequest() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let datasets = workspace.datasets
                _ = try datasets.add(path: test.data)
                var preparation = Preparation()
                preparation.deduplication = .row
                let same = try datasets.convert("facts", preparation: preparation)
                #expect(same.name == "facts")
                #expect(
                    try datasets.convert("facts", name: "clean", preparation: preparation).name
                        == "clean"
                )
            }
        }
    }

    @Test func aFileOfAPartIsNamedByItsFolder() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let path = "\(test.folder)/birds/train.jsonl"
                mkdir("\(test.folder)/birds", 0o700)
                try TestWorkspace.write(TestWorkspace.rows(3), to: path)
                #expect(try workspace.datasets.add(path: path).name == "birds-train")
                #expect(try workspace.datasets.find("birds-train").trainingCount == 3)
            }
        }
    }

    @Test func copiesAtOnceLeaveNothingBehind() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let folder = "\(test.home)/datasets"
                let digest = String(repeating: "a", count: 64)
                // No process has this number: it is above the kernel's maximum.
                mkdir("\(folder)", 0o700)
                mkdir("\(folder)/.\(digest).99999999.1", 0o700)
                try TestWorkspace.write("x", to: "\(folder)/.\(digest).99999999.1/x.jsonl")
                mkdir("\(folder)/.\(digest).\(getpid()).77", 0o700)
                DispatchQueue.concurrentPerform(iterations: 4) { _ in
                    _ = try? workspace.datasets.add(path: test.data)
                }
                let names = try FileManager.default.contentsOfDirectory(atPath: folder)
                    .filter { $0 != ".summaries" }
                let added = try workspace.datasets.find("facts")
                #expect(names.sorted() == [".\(digest).\(getpid()).77", added.digest].sorted())
            }
        }
    }

    @Test func ignoredFilesAreReportedWhenDataIsAdded() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let folder = "\(test.folder)/birds"
                mkdir(folder, 0o700)
                for name in ["train", "val", "test"] {
                    try TestWorkspace.write(TestWorkspace.rows(3), to: "\(folder)/\(name).jsonl")
                }
                let added = try workspace.datasets.add(path: folder)
                #expect(added.trainingCount == 3 && added.heldOutCount == 3)
                #expect(added.decisions.count == 1)
                #expect(added.decisions[0].hasPrefix("test.jsonl beside train.jsonl is not read"))
                var request = test.request()
                request.dataset = folder
                let plan = try workspace.runs.plan(request)
                #expect(plan.warnings.contains("\(added.decisions[0])."))
            }
        }
    }

    @Test func theFormatIsChosen() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let path = "\(test.folder)/both.jsonl"
                let row =
                    #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"#
                    + #""prompt":"c","completion":"d"}"#
                try TestWorkspace.write("\(row)\n", to: path)
                let preparation = try Preparation(format: "prompt-completion")
                let plain = try workspace.datasets.add(path: path)
                #expect(plain.decisions.first?.contains("--format prompt-completion") == true)
                let other = try workspace.datasets.add(path: path, preparation: preparation)
                #expect(other.digest != plain.digest && other.decisions.isEmpty)
                let history = try workspace.datasets.history(of: other.path)
                #expect(history?.steps.map(\.text) == ["format prompt-completion"])
                let error = #expect(throws: DatasetError.self) { try Preparation(format: "yaml") }
                #expect(error?.hint?.contains("sharegpt") == true)
            }
        }
    }

    @Test func unknownLintRulesAreRefused() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let datasets = workspace.datasets
                let text = "\(test.folder)/corpus.txt"
                try TestWorkspace.write("one two three", to: text)
                let refused = [
                    { try datasets.lint(test.data, allowing: ["no-such-rule"]) },
                    { try datasets.lint(text, model: test.model, overLength: "drop") },
                    { try datasets.lint(test.data, sequenceLength: 40) },
                    { try datasets.lint(test.data, overLength: "drop") },
                ]
                for lint in refused {
                    let error = #expect(throws: WorkspaceError.self) { try lint() }
                    #expect(error?.code == .invalid)
                }
                let short = try datasets.lint(test.data, model: test.model, sequenceLength: 8)
                #expect(short.isBlocking)
                let allowed = try datasets.lint(
                    test.data,
                    model: test.model,
                    sequenceLength: 8,
                    allowing: ["all"]
                )
                #expect(!allowed.isBlocking && allowed.findings.count == short.findings.count)
            }
        }
    }
}
