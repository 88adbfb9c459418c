/// What lies in a run's artifact folder.
struct RunFolder: Equatable, Sendable {
    let path: String

    /// Checkpoints, a folder each.
    var checkpoints: String { "\(path)/checkpoints" }
    /// The finished adapter in PEFT's layout.
    var adapter: String { "\(path)/\(Self.adapterName)" }

    /// The finished model, where all its weights were trained.
    var model: String { "\(path)/\(Self.modelName)" }

    /// What the model answered at each evaluation, a file each.
    var answers: String { "\(path)/answers" }

    static let adapterName = "adapter"
    static let modelName = "model"
    /// What the run's own process writes; other files in the folder are other programs'.
    static let ownNames = [
        adapterName, modelName, "checkpoints", "answers", RunEnvironment.fileName,
    ]
}
