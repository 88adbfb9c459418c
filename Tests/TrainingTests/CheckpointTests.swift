import FoundationEssentials
import TestModels
import Testing
import Training

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

    @Test func holdsTheFilesThatItsLayoutSays() throws {
        try withCheckpoints { _, store in
            let files = try FileManager.default.contentsOfDirectory(atPath: store.folder(step: 4))
            #expect(Set(files).isSuperset(of: Self.fileNames))
            let all = try FileManager.default.contentsOfDirectory(atPath: store.folder)
            #expect(Set(all) == ["checkpoint-2", "checkpoint-4"])
        }
    }

    @Test(arguments: fileNames)
    func aFileCutShortIsFoundOutAndTheOneBeforeIsTaken(name: String) throws {
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
    func aMissingFileIsFoundOut(name: String) throws {
        try withCheckpoints { _, store in
            try FileManager.default.removeItem(atPath: "\(store.folder(step: 4))/\(name)")
            #expect(try store.newest().checkpoint?.state.completedSteps == 2)
        }
    }

    @Test(arguments: fileNames.dropLast())
    func anAlteredByteIsFoundOut(name: String) throws {
        try withCheckpoints { _, store in
            try change("\(store.folder(step: 4))/\(name)") { $0[$0.count / 2] ^= 1 }
            #expect(try store.newest().checkpoint?.state.completedSteps == 2)
        }
    }

    @Test func aDamagedCheckpointIsReplacedWhenTheRunComesByAgain() throws {
        try withCheckpoints { run, store in
            try change("\(store.folder(step: 4))/state.json") { $0.removeAll() }
            let checkpoint = try store.newest().checkpoint
            _ = try run.train(resumingFrom: checkpoint)
            #expect(try Checkpoint(folder: store.folder(step: 4)).state.completedSteps == 4)
        }
    }

    @Test func whatAKilledProcessLeftAsideIsNeitherReadNorKept() throws {
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

    @Test func thereIsNoneWhereNothingWasSaved() throws {
        let (checkpoint, damages) = try CheckpointStore(folder: "/nonexistent/checkpoints").newest()
        #expect(checkpoint == nil)
        #expect(damages.isEmpty)
    }

    @Test func goesOnOnlyWithTheSameData() throws {
        try withCheckpoints { run, store in
            run.datasetDigest = "other data"
            let error = #expect(throws: TrainingError.self) {
                try run.trainer(resumingFrom: store.newest().checkpoint)
            }
            #expect(error?.code == .resumeMismatch)
            #expect(error?.message.contains("another dataset (data then, other da now)") == true)
        }
    }

    @Test func goesOnOnlyWithTheSameMathematics() throws {
        try withCheckpoints { run, store in
            run.configuration.learningRate = 1e-5
            run.configuration.isShuffled = false
            let error = #expect(throws: TrainingError.self) {
                try run.trainer(resumingFrom: store.newest().checkpoint)
            }
            #expect(error?.message.contains("another learning rate, shuffling.") == true)
        }
    }

    @Test func goesOnWithOtherIntervalsAndThreads() throws {
        try withCheckpoints { run, store in
            run.configuration.threads = 7
            run.configuration.checkpointInterval = .seconds(9)
            run.configuration.evaluationInterval = 3
            let checkpoint = try store.newest().checkpoint
            #expect(try run.train(resumingFrom: checkpoint).events.steps.map(\.step) == [4])
        }
    }
}
