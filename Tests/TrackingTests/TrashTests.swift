import Database
import GRDB
import Testing
import TestStores
import Tracking

@Suite struct TrashTests {
    let folder = TemporaryFolder()
    let store: TrackingStore

    init() throws { store = try folder.open() }

    /// A run with rows in every table of runs.
    private func makeRun(experiment: Int = 0) throws -> (run: String, model: String) {
        var new = NewRun()
        new.experimentID = experiment
        let run = try store.createRun(new).id
        try store.log(
            Batch(
                metrics: [Metric("loss", 1, timestamp: 1, step: 1)],
                params: [Param("rank", "8")],
                tags: [Tag("team", "blue")]
            ),
            run: run
        )
        let dataset = TrackedDataset(name: "faq", digest: "1", sourceType: "local", source: "x")
        try store.logInputs([DatasetInput(dataset, context: "training")], run: run)
        try store.addRequest(.stop, run: run)
        var model = NewLoggedModel(name: "adapter")
        model.experimentID = experiment
        model.sourceRun = run
        model.params = [Param("rank", "8")]
        model.tags = [Tag("team", "blue")]
        let id = try store.createLoggedModel(model).id
        try store.logOutputs([ModelOutput(model: id, step: 1)], run: run)
        try store.logMetrics([Metric("loss", 1, timestamp: 1, step: 1)], ofModel: id, run: run)
        return (run, id)
    }

    private func remove(_ ids: ArtifactOwner.ID...) throws {
        try store.removeForGood { owners in owners.filter { ids.contains($0.id) } }
    }

    /// The row counts of all tables of logged data.
    private func rowCounts() throws -> [String: Int] {
        try store.read { db in
            let tables = try String.fetchAll(
                db,
                sql: """
                    SELECT name FROM sqlite_schema WHERE type = 'table'
                        AND name NOT LIKE 'sqlite_%'
                        AND name NOT IN ('alembic_version', 'wb_changes')
                    """
            )
            return try Dictionary(
                uniqueKeysWithValues: tables.map { name in
                    (name, try Int.fetchOne(db, sql: "SELECT count(*) FROM \(name)") ?? 0)
                }
            ).filter { $0.value > 0 }
        }
    }

    @Test func aRunIsRemovedWithAllThatWasLoggedForIt() throws {
        let other = try makeRun()
        let before = try rowCounts()
        let untouched = try store.run(other.run)
        let (run, model) = try makeRun()
        try store.deleteRun(run)
        try remove(.init(.run, run), .init(.model, model))
        #expect(try rowCounts() == before)
        #expect(try store.run(other.run) == untouched)
        #expect(trackingCode { _ = try store.run(run) } == .notFound)
        #expect(trackingCode { _ = try store.loggedModel(model) } == .notFound)
        #expect(try store.check() == DatabaseCheck())
    }

    @Test func anExperimentIsRemovedWithItsContents() throws {
        let before = try rowCounts()
        let experiment = try store.createExperiment(named: "old", tags: [Tag("team", "blue")]).id
        let (run, model) = try makeRun(experiment: experiment)
        try store.deleteExperiment(experiment)
        try remove(
            .init(.experiment, "\(experiment)"),
            .init(.run, run),
            .init(.model, model)
        )
        #expect(try rowCounts() == before)
        #expect(try store.check() == DatabaseCheck())
    }

    @Test func aModelInTheTrashIsRemovedAndItsRunStays() throws {
        let (run, model) = try makeRun()
        try store.deleteLoggedModel(model)
        try remove(.init(.model, model))
        #expect(try store.run(run).outputs.isEmpty)
        #expect(try store.check() == DatabaseCheck())
    }

    @Test func anythingInUsePreventsTheRemoval() throws {
        let (run, model) = try makeRun()
        let trashed = try makeRun()
        try store.deleteRun(trashed.run)
        let before = try rowCounts()
        #expect(
            trackingCode { try remove(.init(.run, trashed.run), .init(.run, run)) } == .invalidState
        )
        #expect(
            trackingCode { try remove(.init(.run, trashed.run), .init(.model, model)) }
                == .invalidState
        )
        #expect(try rowCounts() == before)
    }

    @Test func anExperimentWithARunThatStaysIsNotRemoved() throws {
        let experiment = try store.createExperiment(named: "old").id
        let (_, model) = try makeRun(experiment: experiment)
        try store.deleteExperiment(experiment)
        let before = try rowCounts()
        #expect(
            trackingCode {
                try remove(.init(.experiment, "\(experiment)"), .init(.model, model))
            } == .invalidState
        )
        #expect(try rowCounts() == before)
    }

    @Test func othersCannotWriteWhileItIsDecided() throws {
        let (run, model) = try makeRun()
        try store.deleteRun(run)
        let other = try folder.open { $0.busyTimeout = 0 }
        try store.removeForGood { owners in
            #expect(trackingCode { try other.restoreRun(run) } == .busy)
            // What is read meanwhile is the basis of the decision.
            let stage = try store.run(run).lifecycle
            #expect(stage == .deleted)
            return owners.filter { [.init(.run, run), .init(.model, model)].contains($0.id) }
        }
        #expect(trackingCode { try other.restoreRun(run) } == .notFound)
    }

    @Test func theTrashRecordsSinceWhen() throws {
        let (run, model) = try makeRun()
        #expect(try store.artifactOwners().allSatisfy { $0.trashedAt == nil })
        try store.deleteRun(run)
        let owners = try store.artifactOwners()
        #expect(owners.map(\.id.kind) == [.experiment, .model, .run])
        let owner = try #require(owners.last)
        let time = try #require(owner.trashedAt)
        #expect(owner.isTrashed(before: time))
        #expect(!owner.isTrashed(before: time - 1))
        #expect(owner.location == "artifacts/0/\(run)/artifacts")
        #expect(owners[1].sourceRun == run)
        #expect(owners[1].id == .init(.model, model))
        #expect(!owners[1].isTrashed(before: .max))
    }
}
