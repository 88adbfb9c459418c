import Platform
import Training

/// The parts of a run's artifact folder.
package struct RunFolder: Equatable, Sendable {
    package let path: String

    /// The folder at a path.
    package init(path: String) { self.path = path }

    /// Checkpoints, a folder each.
    package var checkpoints: String { "\(path)/checkpoints" }
    /// The finished adapter in PEFT's layout.
    package var adapter: String { "\(path)/\(Self.adapterName)" }

    /// The finished model, if all its weights were trained.
    package var model: String { "\(path)/\(Self.modelName)" }

    /// The samples of each evaluation, a file each.
    package var samples: String { "\(path)/answers" }

    /// What a watched command has printed, while it runs: files of a bounded size.
    package var output: String { "\(path)/\(Self.outputName)" }
    /// The same as one file, once it has ended.
    package var outputLog: String { "\(path)/\(Self.outputName).log" }

    package static let adapterName = "adapter"
    private static let outputName = "output"
    package static let modelName = "model"
    /// What the run's own process writes; other files in the folder belong to other programs.
    package static let ownNames = [
        adapterName, modelName, "checkpoints", "answers", RunEnvironment.fileName, outputName,
        "\(outputName).log",
    ]

    /// Removes what a killed process left unfinished; the run is locked.
    ///
    /// Files of other programs, which may be in the middle of an upload, stay.
    func removeUnfinished() {
        for name in FilePaths.temporaries(of: Self.ownNames, in: path) {
            Files.remove("\(path)/\(name)")
        }
        for name in FilePaths.temporaries(of: [TrainingResult.modelName], in: model) {
            Files.remove("\(model)/\(name)")
        }
    }
}
