import Database
import Platform
import Synchronization
import Testing
import TestStores
import Tracking

@Suite struct LongValueTests {
    let folder = TemporaryFolder()

    /// A store with a run, and its notes for the log.
    private func opened(
        cutting: Bool = true
    ) throws -> (store: TrackingStore, run: String, notes: Notes) {
        let notes = Notes()
        let store = try folder.open { configuration in
            configuration.cutsLongValues = cutting
            configuration.note = { note in notes.texts.withLock { $0.append(note) } }
        }
        return (store, try store.createRun(NewRun()).id, notes)
    }

    private final class Notes: Sendable {
        let texts = Mutex<[String]>([])
        var all: [String] { texts.withLock { $0 } }
    }

    @Test(arguments: ["x", "한", "e\u{301}", "👩‍👩‍👧"])
    func longValuesAreCutByCharactersAndTheRestOfTheBatchIsKept(unit: String) throws {
        let (store, run, notes) = try opened()
        let text = String(repeating: unit, count: 9000)
        let batch = Batch(
            metrics: [Metric("loss", 1, timestamp: 1, step: 1)],
            params: [Param("prompt", text), Param("lr", "1e-3")],
            tags: [Tag("card", text), Tag("team", "a")]
        )
        try store.log(batch, run: run)
        let kept = try store.run(run)
        let (param, tag) = (kept.params["prompt"] ?? "", kept.tags["card"] ?? "")
        #expect(param.unicodeScalars.count == 6000 && tag.unicodeScalars.count == 8000)
        #expect(text.unicodeScalars.starts(with: param.unicodeScalars))
        #expect(text.unicodeScalars.starts(with: tag.unicodeScalars))
        #expect(kept.params["lr"] == "1e-3" && kept.tags["team"] == "a")
        #expect(kept.metrics["loss"]?.value == 1)
        #expect(notes.all.count == 2)
        #expect(notes.all.allSatisfy { $0.contains(run) && $0.contains("cut") })
        // The same value again is equal, as for any parameter.
        try store.log(Batch(params: [Param("prompt", text)]), run: run)
        let other = "other" + text
        #expect(
            trackingCode { try store.log(Batch(params: [Param("prompt", other)]), run: run) }
                == .invalidValue
        )
    }

    @Test func valuesAtTheLimitStayWhole() throws {
        let (store, run, notes) = try opened()
        let param = String(repeating: "p", count: 6000)
        let tag = String(repeating: "t", count: 8000)
        try store.log(Batch(params: [Param("a", param)], tags: [Tag("b", tag)]), run: run)
        let kept = try store.run(run)
        #expect(kept.params["a"] == param && kept.tags["b"] == tag && notes.all.isEmpty)
    }

    @Test func longValuesAreRefusedWhereCuttingIsSwitchedOff() throws {
        let (store, run, _) = try opened(cutting: false)
        let text = String(repeating: "x", count: 8001)
        for batch in [Batch(params: [Param("a", text)]), Batch(tags: [Tag("a", text)])] {
            #expect(trackingCode { try store.log(batch, run: run) } == .invalidValue)
        }
        #expect(try store.run(run).params.isEmpty)
    }

    @Test func aSecretIsRemovedBeforeAValueIsCut() throws {
        let (store, run, _) = try opened()
        let secret = "https://ann:\(String(repeating: "s", count: 5990))@host/x"
        try store.log(Batch(params: [Param("url", secret + "yyyyy")]), run: run)
        #expect(try store.run(run).params["url"] == "https://host/xyyyyy")
    }

    @Test func theFirstTagsOfARunAreKeptWhole() throws {
        let (store, _, notes) = try opened()
        var new = NewRun()
        new.name = String(repeating: "n", count: 9000)
        new.tags = [Tag("card", String(repeating: "t", count: 20_000))]
        let run = try store.createRun(new)
        #expect(run.name == new.name && run.tags["mlflow.runName"] == new.name)
        #expect(run.tags["card"]?.utf8.count == 20_000 && notes.all.isEmpty)
        let longer = String(repeating: "m", count: 300)
        #expect(try store.updateRun(run.id, name: longer).name == longer)
    }

    @Test func twoNamesForOneRunAreRefused() throws {
        let (store, _, _) = try opened()
        var new = NewRun()
        new.name = "a"
        new.tags = [Tag(Tag.runName, "b")]
        #expect(trackingCode { try store.createRun(new) } == .invalidValue)
        new.tags = [Tag(Tag.runName, "a")]
        #expect(try store.createRun(new).name == "a")
        new.name = ""
        new.tags = [Tag(Tag.runName, "c")]
        #expect(try store.createRun(new).name == "c")
    }

    @Test(arguments: [
        "/a", "a//b", "./a", "a/./b", "a/..", "..", ".", "..a", "a/", "x/../../y", "",
    ])
    func aNameThatIsAnotherPathIsRefused(name: String) throws {
        let (store, run, _) = try opened()
        let key = TrackingKey(name)
        let batches = [
            Batch(metrics: [Metric(key, 1, timestamp: 1, step: 1)]),
            Batch(params: [Param(key, "1")]),
            Batch(tags: [Tag(key, "1")]),
        ]
        for batch in batches {
            #expect(trackingCode { try store.log(batch, run: run) } == .invalidValue)
        }
    }

    @Test(arguments: ["a/b", "a.b", "a..b", "a/b.c/d", ".a", "a.", "eval/loss.1", "한/글"])
    func aNameWithSlashesAndDotsIsAccepted(name: String) throws {
        let (store, run, _) = try opened()
        let metric = Metric(TrackingKey(name), 1, timestamp: 1, step: 1)
        try store.log(Batch(metrics: [metric]), run: run)
        #expect(try store.run(run).metrics[TrackingKey(name)] == metric)
    }

    @Test func theInvalidNameInABatchIsReportedWithItsIndex() throws {
        let (store, run, _) = try opened()
        let error = #expect(throws: TrackingError.self) {
            try store.log(Batch(params: [Param("a", "1"), Param("b//c", "1")]), run: run)
        }
        #expect(error?.message.contains("'params[1].key'") == true)
    }

    @Test func tagsOfExperimentsHaveALimitOfTheirOwn() throws {
        let (store, _, _) = try opened()
        let text = String(repeating: "x", count: 20_000)
        try store.setTags([Tag("card", text)], ofExperiment: 0)
        #expect(try store.experiment(id: 0).tags["card"] == text)
        #expect(
            trackingCode { try store.setTags([Tag("card", text + "x")], ofExperiment: 0) }
                == .invalidValue
        )
    }
}
