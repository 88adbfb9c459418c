public import ModelFiles
import Platform

/// A complete checkpoint on disk: everything that a run needs to continue as if uninterrupted.
///
/// The folder `checkpoint-N` contains the adapter in PEFT's layout, or a model's weights in float32
/// (`parameters.safetensors`), the optimizer's state (`optimizer.safetensors`), `state.json`, and
/// `manifest.json` with the SHA-256 of each. Random state and data position need not be saved: both
/// are functions of the step.
public struct Checkpoint: Sendable {
    /// The state of the run.
    public struct State: Sendable, Codable, Equatable {
        /// The version of this layout.
        public var version = Checkpoint.layoutVersion
        /// The completed steps, which is also the number of the next one.
        public let completedSteps: Int
        /// The configuration of the run.
        public let configuration: TrainingConfiguration
        /// The model and data of the run.
        public let provenance: RunProvenance
        /// The evaluation with the lowest loss so far.
        public let bestEvaluation: EvaluationReport?
        /// Tokens trained on so far.
        public let tokens: Int
        /// Seconds of work so far.
        public let elapsedSeconds: Double
        /// The kernels that computed it.
        public let arithmetic: Arithmetic
        /// The changes by monitors; nil in an older checkpoint.
        let adjustments: Adjustments?
        /// The state of the monitors; nil in an older checkpoint.
        let course: Course?
        /// The work due before the next step; nil in an older checkpoint.
        let owed: PendingWork?
    }

    /// The layout that this program writes and reads.
    public static let layoutVersion = 1

    /// The folder of the checkpoint.
    public let folder: String
    /// The state of the run.
    public let state: State

    /// Reads the checkpoint in `folder` after checking each of its files.
    ///
    /// - Parameter key: The key that its manifest is sealed with; nil if it is not sealed.
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

    /// The adapter in the checkpoint.
    public func adapter() throws -> AdapterFile { try AdapterFile.read(folder: folder) }
}
