import JSON
import Testing
import Workflows

@Suite struct ResultGarbageTests {
    @Test func onlyOldResultsOfDeletedFlowRunsAreUnused() throws {
        let flows = try TestFlows()
        func add(_ key: String, lineage: String? = nil, at time: Int) throws -> Int64 {
            try flows.store.add(
                StoredResult(
                    key: key,
                    lineage: lineage,
                    chain: "deleted",
                    outputs: FlowValue(.object(JSONObject())),
                    files: [.init(name: "f", digest: key, isExecutable: false)],
                    flowRun: "deleted",
                    task: "t",
                    madeAt: time
                )
            )
        }
        let old = try add("old", at: 5)
        _ = try add("new", at: 10)
        _ = try add("bound", lineage: "other", at: 5)
        #expect(try flows.store.keptFiles(without: []) == ["old", "new", "bound"])
        #expect(try flows.store.unusedResults(madeBefore: 10).map(\.id) == [old])
        #expect(try flows.store.removeUnusedResults(madeBefore: 10).map(\.id) == [old])
        #expect(try flows.store.unusedResults(madeBefore: 10).isEmpty)
        #expect(try flows.store.keptFiles(without: []) == ["new", "bound"])
    }
}
