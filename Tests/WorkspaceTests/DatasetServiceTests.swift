import Glibc
import TestModels
import Testing
import Workspace

@Suite struct DatasetServiceTests {
    @Test func aNewWorkspaceListsTheSampleData() throws {
        try TestWorkspace.with { test in
            try Files.makeFolder("\(test.folder)/sample-data/faq")
            try TestWorkspace.write(
                TestWorkspace.rows(5),
                to: "\(test.folder)/sample-data/faq/train.jsonl"
            )
            try TestWorkspace.write(
                TestWorkspace.rows(2),
                to: "\(test.folder)/sample-data/faq/validation.jsonl"
            )
            try test.opened { workspace in
                let listed = try workspace.datasets.list()
                #expect(listed.map(\.name) == ["faq"])
                #expect(listed.first?.origin == .sample)
                #expect(listed.first?.trainingCount == 5)
                #expect(listed.first?.heldOutCount == 2)
                #expect(listed.first?.format == "messages")
            }
        }
    }

    @Test func addedDataIsACopyKeptOnce() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let added = try workspace.datasets.add(path: test.data)
                #expect(added.path.hasPrefix("\(test.home)/datasets/\(added.digest)/"))
                #expect(try workspace.datasets.add(path: test.data) == added)
                unlink(test.data)
                #expect(try workspace.datasets.list() == [added])
                #expect(try workspace.datasets.find("facts").trainingCount == 12)
            }
        }
    }

    @Test func brokenDataNamesItsLine() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/broken.jsonl"
            try TestWorkspace.write(TestWorkspace.rows(2) + "{\"messages\":[\n", to: path)
            try test.opened { workspace in
                let found = try workspace.datasets.find(path)
                #expect(found.problem?.contains("broken.jsonl:3") == true)
                #expect(throws: WorkspaceError.self) { try workspace.datasets.add(path: path) }
                let datasets = try workspace.datasets.list()
                #expect(datasets.isEmpty)
            }
        }
    }

    @Test func rowsComeAsTheModelSeesThem() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let page = try workspace.datasets.page(
                    test.data,
                    offset: 10,
                    count: 5,
                    model: test.model
                )
                #expect(page.totalCount == 12)
                #expect(page.rows.map(\.index) == [10, 11])
                let row = try #require(page.rows.first)
                #expect(
                    row.tokens.map(\.text).joined()
                        == "<|im_start|>user\nwhat is 10?<|im_end|>\n"
                        + "<|im_start|>assistant\nit is 2<|im_end|>\n"
                )
                let learnt = row.tokens.filter(\.isTarget).map(\.text).joined()
                #expect(learnt == "it is 2<|im_end|>\n")
                #expect(row.tokens.filter(\.isControl).count == 4)
                #expect(row.source.hasSuffix("facts.jsonl:11"))
                #expect(row.problem == nil)
            }
        }
    }

    @Test func withoutAModelRowsComeAsText() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let page = try workspace.datasets.page(test.data, count: 1)
                #expect(page.model == nil)
                #expect(
                    page.rows.first?.tokens.map(\.text).joined()
                        == "user: what is 0?\nassistant: it is 0\n"
                )
            }
        }
    }

    @Test func tokensAreCountedInTheBackground() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                _ = try workspace.datasets.add(path: test.data)
                workspace.datasets.measure("facts", model: test.model, sequenceLength: 50)
                #expect(
                    events.first { $0 == .datasetMeasured(dataset: "facts", fraction: 1) } != nil
                )
                let statistics = try #require(workspace.datasets.find("facts").statistics)
                let page = try workspace.datasets.page("facts", model: test.model)
                #expect(statistics.tokens == page.rows.reduce(0) { $0 + $1.tokens.count })
                #expect(statistics.targetTokens == page.rows.reduce(0) { $0 + $1.targetCount })
                #expect(statistics.tooLong == page.rows.count { $0.tokens.count > 50 })
                #expect(statistics.maximumTokens == page.rows.map(\.tokens.count).max())
            }
        }
    }
}
