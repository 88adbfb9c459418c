import Datasets
import Platform
import Runs
import Testing
import TestModels
import Training
import Workspace

/// How a run handles data that would spoil it.
@Suite struct RunDataTests {
    private func write(_ rows: [(String, String)], to path: String) throws {
        let lines = rows.map { row in
            """
            {"messages":[{"role":"user","content":"\(row.0)"},\
            {"role":"assistant","content":"\(row.1)"}]}
            """
        }
        try TestWorkspace.write(lines.joined(separator: "\n"), to: path)
    }

    @Test func aFindingThatBlocksKeepsARunFromStartingUnlessItsRuleIsAllowed() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/eval.jsonl"
            try write([("what is 3?", "something else"), ("what is green?", "grass")], to: path)
            try test.opened { workspace in
                var request = test.request(steps: 1)
                request.evaluationDataset = path
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.start(request)
                }
                #expect(error?.code == .conflict)
                #expect(error?.message.contains("contamination") == true)
                #expect(error?.message.contains("eval.jsonl:1") == true)
                #expect(error?.hint?.contains("--allow contamination") == true)
                #expect(try workspace.runs.list().isEmpty)
                let plan = try workspace.runs.plan(request, isMeasured: false)
                #expect(plan.warnings.contains { $0.hasPrefix("Blocks: contamination") })

                request.allowedFindings = ["contamination"]
                let started = try workspace.runs.start(request)
                #expect(try workspace.runs.wait(for: started.id).status == .finished)

                request.allowedFindings = ["contaminations"]
                let wrong = #expect(throws: WorkspaceError.self) {
                    try workspace.runs.start(request)
                }
                #expect(wrong?.code == .invalid)
            }
        }
    }

    @Test func rowsThatAreTooLongAreLeftOutOrDividedOnRequest() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/long.jsonl"
            let long = String(repeating: "word ", count: 80)
            try write([("a", "b"), ("c", long), ("d", "e")], to: path)
            try test.opened { workspace in
                var request = test.request(steps: 1)
                request.dataset = path
                #expect(throws: WorkspaceError.self) {
                    try workspace.runs.plan(request, isMeasured: false)
                }
                request.overLength = .drop
                let dropped = try workspace.runs.plan(request, isMeasured: false)
                #expect(dropped.trainingExamples == 2)
                #expect(
                    dropped.warnings.contains { $0.hasPrefix("1 row is too long: 1 left out") }
                )
                request.overLength = .split
                let split = try workspace.runs.plan(request, isMeasured: false)
                #expect(split.trainingExamples > 3)
                request.overLength = .truncateRight
                let cut = try workspace.runs.plan(request, isMeasured: false)
                #expect(cut.warnings.contains { $0.hasPrefix("Blocks: truncated-answer") })
            }
        }
    }

    @Test func documentsMayBeJoinedToFullSequences() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/corpus.txt"
            let documents = (0..<20).map { "document number \($0)" }
            try TestWorkspace.write(documents.joined(separator: "\n\n\n"), to: path)
            try test.opened { workspace in
                var request = test.request(steps: 1)
                request.dataset = path
                let separate = try workspace.runs.plan(request, isMeasured: false)
                #expect(separate.trainingExamples == 20)
                request.documents = .joined
                let joined = try workspace.runs.plan(request, isMeasured: false)
                #expect(joined.trainingExamples < 10)
            }
        }
    }
}
