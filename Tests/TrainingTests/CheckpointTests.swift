import FoundationEssentials
import Platform
import Tensors
import Testing
import TestModels
import Training
import Transformer

@Suite struct CheckpointTests {
    private static let fileNames = [
        "adapter_config.json", "adapter_model.safetensors", "optimizer.safetensors", "state.json",
        "manifest.json",
    ]

    /// A run that saved after steps 2 and 4, and those checkpoints.
    private func withCheckpoints(_ body: (inout TinyRun, CheckpointStore) throws -> Void) throws {
        try TinyRun.with { run in
            run.configuration.checkpointInterval = .steps(2)
            run.configuration.steps = 5
            _ = try run.train()
            try body(&run, CheckpointStore(folder: run.checkpoints))
        }
    }

    private func change(_ path: String, _ change: (inout Data) -> Void) throws {
        var data = try Data(contentsOf: URL(filePath: path))
        change(&data)
        try data.write(to: URL(filePath: path))
    }

    @Test func containsTheFilesOfItsLayout() throws {
        try withCheckpoints { _, store in
            let files = try FileManager.default.contentsOfDirectory(atPath: store.folder(step: 4))
            #expect(Set(files).isSuperset(of: Self.fileNames))
            let all = try FileManager.default.contentsOfDirectory(atPath: store.folder)
            #expect(Set(all) == ["checkpoint-2", "checkpoint-4"])
        }
    }

    @Test(arguments: fileNames)
    func aTruncatedFileIsDetectedAndTheCheckpointBeforeIsUsed(name: String) throws {
        try withCheckpoints { _, store in
            try change("\(store.folder(step: 4))/\(name)") { $0.removeLast(1 + $0.count / 3) }
            let error = #expect(throws: TrainingError.self) {
                try Checkpoint(folder: store.folder(step: 4))
            }
            #expect(error?.code == .damagedCheckpoint)
            let (newest, damages) = try store.newest()
            #expect(newest?.state.completedSteps == 2)
            #expect(damages.count == 1)
        }
    }

    @Test(arguments: fileNames)
    func aMissingFileIsDetected(name: String) throws {
        try withCheckpoints { _, store in
            try FileManager.default.removeItem(atPath: "\(store.folder(step: 4))/\(name)")
            #expect(try store.newest().checkpoint?.state.completedSteps == 2)
        }
    }

    @Test(arguments: fileNames.dropLast())
    func anAlteredByteIsDetected(name: String) throws {
        try withCheckpoints { _, store in
            try change("\(store.folder(step: 4))/\(name)") { $0[$0.count / 2] ^= 1 }
            #expect(try store.newest().checkpoint?.state.completedSteps == 2)
        }
    }

    @Test func aDamagedCheckpointIsReplacedWhenTheRunReachesItsStepAgain() throws {
        try withCheckpoints { run, store in
            try change("\(store.folder(step: 4))/state.json") { $0.removeAll() }
            let checkpoint = try store.newest().checkpoint
            _ = try run.train(resumingFrom: checkpoint)
            #expect(try Checkpoint(folder: store.folder(step: 4)).state.completedSteps == 4)
        }
    }

    @Test func damagedCheckpointsWithHigherNumbersDoNotDisplaceNewOnes() throws {
        try withCheckpoints { run, store in
            for step in [4, 90, 91] {
                let folder = store.folder(step: step)
                try FileManager.default.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: true
                )
                try Data().write(to: URL(filePath: "\(folder)/manifest.json"))
            }
            // Something in one of them that cannot be removed as a file does no harm.
            try FileManager.default.createDirectory(
                atPath: "\(store.folder(step: 91))/odd/odder",
                withIntermediateDirectories: true
            )
            let newest = try store.newest()
            #expect(newest.checkpoint?.state.completedSteps == 2)
            #expect(newest.damages.count == 3)
            _ = try run.train(resumingFrom: newest.checkpoint, stop: 3)
            #expect(try store.newest().checkpoint?.state.completedSteps == 3)
            #expect(try store.steps().filter { $0 <= 90 } == [3, 2])
        }
    }

    @Test(arguments: [
        (#""completedSteps" : 4"#, #""completedSteps" : -4"#),
        (#""completedSteps" : 4"#, #""completedSteps" : 3"#),
        (#""completedSteps" : 4"#, #""completedSteps" : "4""#),
        (#""completedSteps" : 4"#, #""completedSteps" : 4e300"#),
        (#""completedSteps" : 4,"#, ""),
        (#""tokens" : "#, #""tokens" : 9"#), (#""elapsedSeconds" : "#, #""elapsedSeconds" : -"#),
        (#""evaluations" : ["#, #""evaluations" : [[1]"#),
        (#""evaluations" : ["#, #""evaluations" : [[1, 2, 3]"#),
        (#""losses" : ["#, #""losses" : [\#(Array(repeating: "1,", count: 60).joined())"#),
        (#""stretch" : ["#, #""stretch" : [\#(Array(repeating: "1,", count: 100).joined())"#),
        (#""norms" : ["#, #""norms" : [[1],"#),
        (#""leftOut" : ["#, #""leftOut" : [-7"#), (#""leftOut" : ["#, #""leftOut" : [3, 1"#),
        (#""rateFactor" : 1"#, #""rateFactor" : -1"#),
        (#""rateFactor" : 1"#, #""rateFactor" : 1e200"#),
        (#""returns" : 0"#, #""returns" : 9223372036854775807"#),
        (#""owed" : 0"#, #""owed" : -1"#), (#""version" : 1"#, #""version" : 99"#),
    ])
    func impossibleCountsAreDetected(written: String, instead: String) throws {
        try withCheckpoints { _, store in
            let path = "\(store.folder(step: 4))/state.json"
            try change(path) { data in
                var text = String(decoding: data, as: UTF8.self)
                #expect(text.contains(written))
                let nines = instead.hasSuffix(": 9") ? "99999999999999999" : ""
                text = text.replacing(written, with: instead + nines, maxReplacements: 1)
                data = Data(text.utf8)
            }
            try remakeManifest(store.folder(step: 4))
            let newest = try store.newest()
            #expect(newest.checkpoint?.state.completedSteps == 2)
            #expect(newest.damages.count == 1)
            let said = newest.damages.first?.description ?? ""
            #expect(said.contains("checkpoint-4") && !said.contains("\n"), "\(said)")
        }
    }

    @Test func anAlteredCheckpointWithARewrittenManifestIsDetectedByItsSeal() throws {
        try TinyRun.with { run in
            run.configuration.checkpointInterval = .steps(2)
            run.configuration.steps = 5
            run.checkpointKey = "a key"
            _ = try run.train()
            let store = CheckpointStore(folder: run.checkpoints, key: "a key")
            #expect(try store.newest().checkpoint?.state.completedSteps == 4)
            try change("\(store.folder(step: 4))/optimizer.safetensors") { $0[$0.count - 5] ^= 1 }
            try remakeManifest(store.folder(step: 4))
            let newest = try store.newest()
            #expect(newest.checkpoint?.state.completedSteps == 2)
            #expect(newest.damages.first?.message.contains("altered") == true)
            // Without a key it is accepted, as are checkpoints of older runs.
            let other = CheckpointStore(folder: run.checkpoints)
            #expect(try other.newest().checkpoint?.state.completedSteps == 4)
        }
    }

    @Test func belowAFileThereAreNoCheckpoints() throws {
        try TinyRun.with { run in
            try Data("a".utf8).write(to: URL(filePath: run.checkpoints))
            let store = CheckpointStore(folder: "\(run.checkpoints)/checkpoints")
            #expect(try store.steps().isEmpty)
        }
    }

    @Test(arguments: ["checkpoint-+4", "checkpoint-04", "checkpoint--4", "checkpoint-9e9"])
    func aFolderOfAnotherNameIsNoCheckpoint(name: String) throws {
        try withCheckpoints { _, store in
            try FileManager.default.moveItem(
                atPath: store.folder(step: 4),
                toPath: "\(store.folder)/\(name)"
            )
            let newest = try store.newest()
            #expect(newest.checkpoint?.state.completedSteps == 2)
            #expect(newest.damages.isEmpty)
        }
    }

    @Test func aManifestWithoutWeightsIsDetected() throws {
        try withCheckpoints { _, store in
            let folder = store.folder(step: 4)
            try FileManager.default.removeItem(atPath: "\(folder)/adapter_model.safetensors")
            try remakeManifest(folder)
            #expect(try store.newest().checkpoint?.state.completedSteps == 2)
        }
    }

    /// As if a checkpoint was edited by hand.
    private func remakeManifest(_ folder: String) throws {
        try FileManager.default.removeItem(atPath: "\(folder)/manifest.json")
        try CheckpointManifest.make(folder: folder).write(folder: folder)
    }

    @Test func aDamagedBestLeavesTheLastWeights() throws {
        try TinyRun.with { run in
            run.evaluation = TinyRun.sentences(3, from: 50)
            run.configuration.evaluationInterval = 2
            run.configuration.choosesBest = true
            let store = CheckpointStore(folder: run.checkpoints)
            var evaluations: [EvaluationReport] = []
            let trainer = try run.trainer()
            let outcome = try trainer.run(
                between: { completed in
                    if completed == 5 {
                        for i in 0..<trainer.weights.buffer.count {
                            trainer.weights.buffer.pointer[i] *= 30
                        }
                    }
                    let best = evaluations.min { $0.loss < $1.loss }?.step
                    if completed == 7, let best {
                        try change("\(store.folder(step: best))/optimizer.safetensors") {
                            $0[99] ^= 1
                        }
                    }
                    return .proceed
                },
                emit: { if case .evaluated(let report) = $0 { evaluations.append(report) } }
            )
            guard case .finished(let report) = outcome else {
                Issue.record("the run did not finish")
                return
            }
            let best = try #require(report.bestEvaluation?.step)
            try #require(best < 8)
            #expect(report.lostBest == best)
            #expect(report.resultStep == 8)
        }
    }

    @Test func temporaryFoldersOfAKilledProcessAreRemoved() throws {
        try withCheckpoints { run, store in
            let aside = [".checkpoint-99.1", "..checkpoint-99.1.2-3"].map {
                "\(store.folder)/\($0)"
            }
            for folder in aside {
                try FileManager.default.createDirectory(
                    atPath: folder,
                    withIntermediateDirectories: false
                )
            }
            let checkpoint = try store.newest().checkpoint
            #expect(checkpoint?.state.completedSteps == 4)
            _ = try run.train(resumingFrom: Checkpoint(folder: store.folder(step: 2)))
            #expect(!aside.contains { FileManager.default.fileExists(atPath: $0) })
        }
    }

    @Test func withoutASaveThereIsNoCheckpoint() throws {
        let (checkpoint, damages) = try CheckpointStore(folder: "/nonexistent/checkpoints").newest()
        #expect(checkpoint == nil)
        #expect(damages.isEmpty)
    }

    @Test func resumesOnlyWithTheSameData() throws {
        try withCheckpoints { run, store in
            run.datasetDigest = "other data"
            let error = #expect(throws: TrainingError.self) {
                try run.trainer(resumingFrom: store.newest().checkpoint)
            }
            #expect(error?.code == .resumeMismatch)
            #expect(error?.message.contains("another dataset (data then, other da now)") == true)
        }
    }

    @Test func resumesOnlyWithTheSameMathematics() throws {
        try withCheckpoints { run, store in
            run.configuration.learningRate = 1e-5
            run.configuration.isShuffled = false
            let error = #expect(throws: TrainingError.self) {
                try run.trainer(resumingFrom: store.newest().checkpoint)
            }
            #expect(error?.message.contains("another shuffling, learning rate.") == true)
        }
    }

    @Test func resumesWithOtherIntervalsAndThreads() throws {
        try withCheckpoints { run, store in
            run.configuration.threads = 7
            run.configuration.checkpointInterval = .seconds(9)
            run.configuration.evaluationInterval = 3
            let checkpoint = try store.newest().checkpoint
            #expect(try run.train(resumingFrom: checkpoint).events.steps.map(\.step) == [4])
        }
    }
}
