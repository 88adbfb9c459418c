import Database
import Testing
import TestStores
import Tracking

@Suite struct TraceTests {
    let folder = TemporaryFolder()
    let store: TrackingStore

    init() throws { store = try folder.open() }

    @discardableResult
    private func keep(
        _ id: String,
        at time: Int = 1000,
        took: Int? = 5,
        _ state: Trace.State = .ok,
        metadata: [TrackingKey: String] = [:],
        tags: [TrackingKey: String] = [:]
    ) throws -> Trace {
        try store.keep(
            Trace(
                id: id,
                experimentID: 0,
                requestTime: time,
                executionTime: took,
                state: state,
                requestPreview: "why",
                metadata: metadata,
                tags: tags
            )
        )
    }

    @Test func aTraceIsStoredWithALocationForItsFiles() throws {
        let kept = try keep("tr-1", metadata: ["a": "b"], tags: ["mlflow.traceName": "answer"])
        #expect(kept.tags["mlflow.artifactLocation"] == "artifacts/0/traces/tr-1/artifacts")
        #expect(kept.tags["mlflow.traceName"] == "answer" && kept.metadata == ["a": "b"])
        #expect(try store.trace("tr-1") == kept)
        // A later write at its end keeps the tags set in between.
        try store.setTag(Tag("k", "v"), ofTrace: "tr-1")
        let later = try keep("tr-1", took: 9, .error)
        #expect((later.executionTime, later.state) == (9, .error) && later.tags["k"] == "v")
    }

    @Test(arguments: ["", "a/b", "..", "a b", String(repeating: "x", count: 51)])
    func anInvalidIDIsRefused(id: String) {
        #expect(trackingCode { try keep(id) } == .invalidValue)
    }

    @Test func tagsAreSetAndDeleted() throws {
        try keep("tr-1")
        try store.setTag(Tag("k", String(repeating: "v", count: 9000)), ofTrace: "tr-1")
        #expect(try store.trace("tr-1").tags["k"]?.utf8.count == 8000)
        try store.deleteTag("k", ofTrace: "tr-1")
        #expect(trackingCode { try store.deleteTag("k", ofTrace: "tr-1") } == .notFound)
        #expect(trackingCode { try store.setTag(Tag("k", "v"), ofTrace: "none") } == .notFound)
        #expect(
            trackingCode { try store.setTag(Tag(Trace.artifactLocation, "/etc"), ofTrace: "tr-1") }
                == .invalidValue
        )
    }

    @Test func tracesAreFoundByWhatIsKnownOfThem() throws {
        let run = try store.createRun(NewRun()).id
        try keep("tr-a", at: 10, took: 5, metadata: ["mlflow.sourceRun": run])
        try keep("tr-b", at: 30, took: 50, .error, tags: ["mlflow.traceName": "answer"])
        try keep("tr-c", at: 20, took: nil, .inProgress, tags: ["k": "v"])
        try store.link(traces: ["tr-c"], toRun: run)
        func found(_ filter: String, _ order: [String] = []) throws -> [String] {
            try store.searchTraces(experiments: [0], filter: filter, orderBy: order).items.map(\.id)
        }
        #expect(try found("") == ["tr-b", "tr-c", "tr-a"])
        #expect(try found("", ["timestamp ASC"]) == ["tr-a", "tr-c", "tr-b"])
        #expect(try found("", ["execution_time DESC"]) == ["tr-b", "tr-a", "tr-c"])
        #expect(try found("tags.k = 'v'") == ["tr-c"])
        #expect(try found("tags.k IS NULL AND status = 'OK'") == ["tr-a"])
        #expect(try found("trace.status = 'ERROR'") == ["tr-b"])
        #expect(try found("name = 'answer'") == ["tr-b"])
        #expect(try found("metadata.`mlflow.sourceRun` = '\(run)'") == ["tr-a"])
        #expect(try found("run_id = '\(run)'") == ["tr-c", "tr-a"])
        #expect(try found("timestamp_ms > 15 AND execution_time < 60") == ["tr-b"])
        #expect(try found("trace_id IN ('tr-a', 'tr-x')") == ["tr-a"])
        #expect(trackingCode { _ = try found("span.name = 'x'") } == .invalidValue)
        let first = try store.searchTraces(experiments: [0], limit: 2)
        let second = try store.searchTraces(
            experiments: [0],
            limit: 2,
            pageToken: first.nextPageToken
        )
        #expect(second.items.map(\.id) == ["tr-a"] && second.nextPageToken == nil)
        #expect(try store.searchTraces(experiments: [1]).items.isEmpty)
    }

    @Test func tracesAreDeletedByIDOrByTime() throws {
        for (id, time) in [("tr-a", 10), ("tr-b", 20), ("tr-c", 30), ("tr-d", 40)] {
            try keep(id, at: time)
        }
        #expect(try store.deleteTraces(experiment: 1, ids: ["tr-a"]).isEmpty)
        #expect(try store.deleteTraces(experiment: 0, ids: ["tr-b", "none"]).map(\.id) == ["tr-b"])
        #expect(try store.deleteTraces(experiment: 0, before: 30, maximum: 1).map(\.id) == ["tr-a"])
        #expect(try store.deleteTraces(experiment: 0, before: 30).map(\.id) == ["tr-c"])
        #expect(try store.searchTraces(experiments: [0]).items.map(\.id) == ["tr-d"])
    }

    @Test func assessmentsAreRemovedWithTheirTrace() throws {
        try keep("tr-a")
        let id = store.newAssessmentID()
        try store.addAssessment(#"{"a": 1}"#, id: id, toTrace: "tr-a")
        try store.changeAssessment(id, ofTrace: "tr-a") { $0 + " " }
        #expect(try store.trace("tr-a").assessments == [#"{"a": 1} "#])
        #expect(trackingCode { _ = try store.assessment(id, ofTrace: "none") } == .notFound)
        #expect(trackingCode { _ = try store.assessment("none", ofTrace: "tr-a") } == .notFound)
        try store.deleteTraces(experiment: 0, ids: ["tr-a"])
        try keep("tr-a")
        #expect(try store.trace("tr-a").assessments.isEmpty)
    }

    @Test func tracesAreRemovedWithTheirExperiment() throws {
        let experiment = try store.createExperiment(named: "e").id
        try store.keep(
            Trace(id: "tr-a", experimentID: experiment, requestTime: 1, state: .ok)
        )
        try store.deleteExperiment(experiment)
        try store.removeForGood { $0.filter { $0.id == .init(.experiment, "\(experiment)") } }
        #expect(trackingCode { _ = try store.trace("tr-a") } == .notFound)
    }
}
