import Glibc
import ModelFiles
public import Platform
import Transformer

/// The checkpoints of one run: sibling `checkpoint-N` folders.
///
/// A checkpoint is written under a temporary name that readers ignore, and renamed after all its
/// bytes are on the disk. So a folder named `checkpoint-N` is either complete or detected by its
/// manifest.
public struct CheckpointStore: Sendable {
    /// How many of the newest are kept, besides the best.
    static let keptCount = 2

    /// The folder that contains them.
    public let folder: String
    /// The key that their manifests are sealed with; nil for those of older runs, which are not
    /// sealed.
    private let key: String?

    /// The checkpoints in `folder`, which need not exist yet.
    ///
    /// - Parameter key: A key that only their run knows. It detects checkpoints that were altered
    ///   with a rewritten manifest.
    public init(folder: String, key: String? = nil) {
        self.folder = folder
        self.key = key
    }

    /// The folder of the checkpoint after `step` steps.
    public func folder(step: Int) -> String { "\(folder)/\(Self.prefix)\(step)" }

    /// The steps that have a checkpoint folder, complete or not, newest first.
    public func steps() throws -> [Int] {
        try FolderListing.namesIfPresent(in: folder)
            .filter { $0.hasPrefix(Self.prefix) }
            .compactMap { name in
                let digits = name.dropFirst(Self.prefix.count)
                return Int(digits).flatMap { $0 >= 0 && "\($0)" == digits ? $0 : nil }
            }
            .sorted(by: >)
    }

    /// The newest complete checkpoint, and the faults of newer ones.
    public func newest() throws -> (checkpoint: Checkpoint?, damages: [TrainingError]) {
        var damages: [TrainingError] = []
        for step in try steps() {
            do {
                return (try checkpoint(step: step), damages)
            } catch let error as TrainingError where error.code == .damagedCheckpoint {
                damages.append(error)
            }
        }
        return (nil, damages)
    }

    /// The checkpoint after `step` steps.
    ///
    /// - Throws: `TrainingError` with the code `damagedCheckpoint` if it was changed.
    public func checkpoint(step: Int) throws -> Checkpoint {
        let checkpoint = try Checkpoint(folder: folder(step: step), key: key)
        guard checkpoint.state.completedSteps == step else {
            throw TrainingError(
                .damagedCheckpoint,
                "\(checkpoint.folder) holds the state after \(checkpoint.state.completedSteps) steps."
            )
        }
        return checkpoint
    }

    /// Writes a checkpoint; it is complete and durable when this returns.
    ///
    /// `writeWeights` writes the trained weights into the given folder.
    func write(
        _ state: Checkpoint.State,
        optimizer: Optimizer,
        writeWeights: (_ folder: String) throws -> Void
    ) throws -> String {
        let final = folder(step: state.completedSteps)
        let aside = "\(folder)/.\(Self.prefix)\(state.completedSteps).\(getpid())"
        // Its run's folder exists, or was removed with the run.
        try Files.makeFolder(folder, below: FilePaths.parent(folder))
        try Files.removeAll(aside)
        do {
            try writeWeights(aside)
            try optimizer.write(to: CheckpointFile.optimizer.path(in: aside))
            try Files.writeNew(
                CheckpointJSON.data(state),
                to: CheckpointFile.state.path(in: aside),
                replaces: true
            )
            let manifest = try CheckpointManifest.make(folder: aside, key: key)
            for name in manifest.files.keys { try Files.synchronize("\(aside)/\(name)") }
            try manifest.write(folder: aside)
            try Files.synchronize(folder: aside)
            // A damaged folder with this name would prevent the rename, and is useless.
            try Files.removeAll(final)
            try Files.rename(aside, to: final)
        } catch {
            try? Files.removeAll(aside)
            throw error
        }
        return final
    }

    /// Removes all but the checkpoint at `step`, the one before it and the best, and temporary
    /// folders of a killed process.
    ///
    /// Those after `step` are damaged, or were abandoned when the run went back. Failures are
    /// ignored: the folders are harmless.
    func prune(keeping step: Int, best: Int?) throws {
        let steps = try steps()
        let kept = steps.filter { $0 <= step }.prefix(Self.keptCount)
        for step in steps where !kept.contains(step) && step != best {
            try? Files.removeAll(folder(step: step))
        }
        for name in try FolderListing.namesIfPresent(in: folder)
        where name.hasPrefix(".") && name.contains(Self.prefix) {
            try? Files.removeAll("\(folder)/\(name)")
        }
    }

    private static let prefix = "checkpoint-"
}
