public import ModelFiles
import Platform

/// A complete checkpoint on disk: all that a run needs to continue as if it had never stopped.
///
/// The folder `checkpoint-N` holds the adapter in PEFT's layout, or a model's
/// numbers in float32 (`parameters.safetensors`), the optimizer's state
/// (`optimizer.safetensors`), `state.json`, and `manifest.json` with the SHA-256
/// of each. There is no random state and no
/// place in the data to save: both are functions of the step.
public struct Checkpoint: Sendable {
    /// Where the run stood.
    public struct State: Sendable, Codable, Equatable {
        /// The version of this layout.
        public var version = Checkpoint.layoutVersion
        /// The steps that were taken, which is also the number of the next one.
        public let completedSteps: Int
        /// What the run computes.
        public let configuration: TrainingConfiguration
        /// From what.
        public let provenance: RunProvenance
        /// The lowest loss on held-out data so far.
        public let bestEvaluation: EvaluationReport?
        /// Tokens trained on so far.
        public let tokens: Int
        /// Seconds worked so far.
        public let elapsedSeconds: Double
        /// The kernels that computed it.
        public let arithmetic: Arithmetic
        /// What monitors have changed; nil in an older checkpoint.
        let adjustments: Adjustments?
        /// What monitors remember; nil in an older checkpoint.
        let course: Course?
        /// What is to be done before the next step; nil in an older checkpoint.
        let owed: Owed?
    }

    /// The layout that this program writes and reads.
    public static let layoutVersion = 1

    /// The folder that holds the checkpoint.
    public let folder: String
    /// Where the run stood.
    public let state: State

    /// Reads the checkpoint in `folder` after checking each of its files.
    ///
    /// - Parameter key: What its manifest is sealed with; nil where it is not.
    /// - Throws: `TrainingError` with the code `damagedCheckpoint` if a file is
    ///   missing, cut short or altered, or if another version wrote it.
    public init(folder: String, key: String? = nil) throws {
        let manifest = try CheckpointManifest.read(folder: folder)
        try manifest.verify(folder: folder, key: key)
        self.folder = folder
        state = try CheckpointJSON.read(State.self, CheckpointFile.state.path(in: folder))
        guard state.version == Self.layoutVersion else {
            throw TrainingError(
                .damagedCheckpoint,
                "\(folder) has layout \(state.version); this program reads \(Self.layoutVersion).",
                hint: "resume with the version of the program that wrote it"
            )
        }
        if let flaw = state.flaw {
            throw TrainingError(
                .damagedCheckpoint,
                "\(CheckpointFile.state.path(in: folder)) holds \(flaw), which no run writes.",
                hint: "it was altered; the checkpoint before it is taken, if there is one"
            )
        }
    }

    /// The adapter as it was then.
    public func adapter() throws -> AdapterFile { try AdapterFile.read(folder: folder) }
}
