import Database
import Testing
import TestStores
import Tracking

@Suite struct RunTests {
    let folder = TemporaryFolder()

    @Test func aRunBeginsWithAnIdANameAndItsUser() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun())
        #expect(run.id.utf8.count == 32)
        #expect(run.id.allSatisfy { "0123456789abcdef".contains($0) })
        #expect(Array(run.id)[12] == "4")
        #expect("89ab".contains(Array(run.id)[16]))
        #expect(run.name.split(separator: "-").count == 3)
        #expect(run.status == .running)
        #expect(run.endTime == nil)
        #expect(run.artifactURI == "artifacts/0/\(run.id)/artifacts")
        #expect(run.tags == [Tag.user: "ada", Tag.runName: run.name])
        #expect(try store.run(run.id) == run)
    }

    @Test func givenValuesAreUsed() throws {
        let store = try folder.open()
        let experiment = try store.createExperiment(named: "faq", artifactLocation: "elsewhere")
        var new = NewRun()
        new.id = store.newRunID()
        new.experimentID = experiment.id
        new.name = "first"
        new.user = "grace"
        new.status = .scheduled
        new.startTime = 7
        new.tags = [Tag("note", "x")]
        let run = try store.createRun(new)
        #expect(run.id == new.id)
        #expect(run.artifactURI == "elsewhere/\(run.id)/artifacts")
        #expect(
            (run.name, run.user, run.status, run.startTime ?? 0) == (
                "first", "grace", .scheduled, 7
            )
        )
        #expect(run.tags["note"] == "x")
        #expect(trackingCode { try store.createRun(new) } == .alreadyExists)
    }

    @Test(arguments: ["../../etc", "a b", "", "a\"b", "가"])
    func anIdThatIsNoFolderNameIsRefused(id: String) throws {
        let store = try folder.open()
        var new = NewRun()
        new.id = id
        #expect(trackingCode { try store.createRun(new) } == .invalidValue)
    }

    @Test func aRunThatEndsHasAnEndAndOneThatContinuesHasNone() throws {
        let store = try folder.open()
        let run = try store.createRun(NewRun())
        let ended = try store.updateRun(run.id, status: .failed)
        #expect(ended.status == .failed)
        #expect(try #require(ended.endTime) > (run.startTime ?? 0))
        #expect(try store.updateRun(run.id, status: .finished, endTime: 99).endTime == 99)
        #expect(try store.updateRun(run.id, status: .running).endTime == nil)
    }

    @Test func theTrashKeepsRunsAndExperiments() throws {
        let store = try folder.open()
        let experiment = try store.createExperiment(named: "faq")
        var new = NewRun()
        new.experimentID = experiment.id
        let run = try store.createRun(new)
        try store.deleteExperiment(experiment.id)
        #expect(try store.runs().isEmpty)
        #expect(try store.experiments().map(\.id) == [0])
        #expect(try store.experiments(.deleted).map(\.name) == ["faq"])
        #expect(trackingCode { try store.createRun(new) } == .invalidState)
        #expect(trackingCode { try store.restoreRun(run.id) } == .invalidState)
        #expect(trackingCode { try store.createExperiment(named: "faq") } == .alreadyExists)
        try store.restoreExperiment(experiment.id)
        #expect(try store.runs() == [run])
        #expect(trackingCode { try store.deleteExperiment(0) } == .invalidState)
    }

    @Test func anExperimentIsFoundByNameOrMade() throws {
        let store = try folder.open()
        let made = try store.findOrCreateExperiment(named: "faq")
        #expect(made.artifactLocation == "artifacts/\(made.id)")
        #expect(try store.findOrCreateExperiment(named: "faq") == made)
        try store.setTags([Tag("team", "blue")], ofExperiment: made.id)
        try store.renameExperiment(made.id, to: "faq 2")
        #expect(try store.experiment(named: "faq 2")?.tags == ["team": "blue"])
        #expect(
            trackingCode { try store.renameExperiment(made.id, to: "Default") } == .alreadyExists
        )
        #expect(trackingCode { _ = try store.experiment(id: 9) } == .notFound)
    }

    @Test func namesThatReadAlikeInOtherBytesAreTwoExperiments() throws {
        let store = try folder.open()
        let composed = try store.findOrCreateExperiment(named: "caf\u{e9}")
        let decomposed = try store.findOrCreateExperiment(named: "cafe\u{301}")
        #expect(composed.id != decomposed.id)
    }
}
