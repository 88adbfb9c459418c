import Glibc
import ModelFiles
public import Platform
import Transformer

/// The checkpoints of one run: `checkpoint-N` folders beside each other.
///
/// A checkpoint is written aside, under a name that no reader looks at, and
/// renamed once every byte of it is on the disk. So whatever happens, a folder
/// called `checkpoint-N` is either whole or found out by its manifest.
public struct CheckpointStore: Sendable {
    /// How many of the newest are kept, besides the best.
    static let keptCount = 2

    /// The folder that holds them.
    public let folder: String
    /// What their manifests are sealed with; nil for those of older runs, which are not.
    private let key: String?

    /// The checkpoints in `folder`, which need not exist yet.
    ///
    /// - Parameter key: What only their run knows. One that was altered, its manifest made anew, is
    ///   found out by it.
    public init(folder: String, key: String? = nil) {
        self.folder = folder
        self.key = key
    }

    /// The folder of the checkpoint after `step` steps.
    public func folder(step: Int) -> String { "\(folder)/\(Self.prefix)\(step)" }

    /// The steps that have a checkpoint folder, whole or not, the newest first.
    public func steps() throws -> [Int] {
        try FolderListing.namesIfPresent(in: folder)
            .filter { $0.hasPrefix(Self.prefix) }
            .compactMap { name in
                let digits = name.dropFirst(Self.prefix.count)
                return Int(digits).flatMap { $0 >= 0 && "\($0)" == digits ? $0 : nil }
            }
            .sorted(by: >)
    }

    /// The newest checkpoint that is whole, and why newer ones are not.
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
    /// - Throws: `TrainingError` with the code `damagedCheckpoint` where it is not as it was written.
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

    /// Writes a checkpoint; when this returns it is whole and on the disk.
    ///
    /// `writeWeights` writes what is trained into the folder that it is given.
    func write(
        _ state: Checkpoint.State,
        optimizer: Optimizer,
        writeWeights: (_ folder: String) throws -> Void
    ) throws -> String {
        let final = folder(step: state.completedSteps)
        let aside = "\(folder)/.\(Self.prefix)\(state.completedSteps).\(getpid())"
        // Its run's folder is there, or was removed with all that the run belongs to.
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
            // A damaged folder of this name is in the way of the rename, and of no use.
            try Files.removeAll(final)
            try Files.rename(aside, to: final)
        } catch {
            try? Files.removeAll(aside)
            throw error
        }
        return final
    }

    /// Removes all but the checkpoint at `step`, the one before it and the best, and what a killed
    /// process left aside.
    ///
    /// Those after `step` are damaged ones, or those of a course that was given up. What cannot be
    /// removed stays: it does no harm.
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
