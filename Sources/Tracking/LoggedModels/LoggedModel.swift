import Database
import Platform

/// A model that a run made: weights or an adapter, with its parameters and metrics.
public struct LoggedModel: Sendable, Equatable, Identifiable {
    /// The state of the model's files; the numbers are MLflow's.
    public enum Status: Int, Sendable {
        /// Its files are being written.
        case pending = 1
        /// Its files are complete.
        case ready = 2
        /// Writing its files failed.
        case failed = 3
    }

    /// `m-` and 32 hexadecimal digits.
    public var id: String
    /// The experiment that it belongs to.
    public var experimentID: Int
    /// Its name, which need not be unique.
    public var name: String
    /// The folder of its files, relative to the workspace if it has no scheme.
    public var artifactLocation: String
    /// The state of its files.
    public var status: Status
    /// When it was created, in milliseconds since 1970.
    public var creationTime: Int
    /// When it was last changed, in milliseconds since 1970.
    public var lastUpdateTime: Int
    /// The kind of model, such as `peft`.
    public var modelType: String?
    /// The run that made it.
    public var sourceRun: String?
    /// What went wrong, if anything did.
    public var statusMessage: String?
    /// The parameters that it was made with.
    public var params: [TrackingKey: String] = [:]
    /// Its metrics, by name, each in order of time.
    public var metrics: [ModelMetric] = []
    /// Its tags.
    public var tags: [TrackingKey: String] = [:]
}

extension LoggedModel {
    /// Checks a name that a client gives, which MLflow uses in paths and references.
    ///
    /// Models of this program have the names of their runs, which may contain anything.
    ///
    /// - Throws: `TrackingError` with code `invalidValue`.
    public static func check(name: String) throws {
        guard !name.unicodeScalars.contains(where: { "/:.%\"'".unicodeScalars.contains($0) }) else {
            throw TrackingError(
                .invalidValue,
                "Invalid model name ('\(Validation.printable(name))') provided.",
                hint: "leave out / : . % \" and '"
            )
        }
    }
}

/// What is known of a model when its run starts to write it.
public struct NewLoggedModel: Sendable {
    /// The experiment that it belongs to.
    public var experimentID = 0
    /// Its name; a random readable one if empty.
    public var name: String
    /// The folder of its files; `models/<id>/artifacts` in the experiment's if nil.
    public var artifactLocation: String?
    /// Whether its files are complete already.
    public var status = LoggedModel.Status.pending
    /// The kind of model, such as `peft`.
    public var modelType: String?
    /// The run that made it.
    public var sourceRun: String?
    /// The parameters that it was made with.
    public var params: [Param] = []
    /// Its tags.
    public var tags: [Tag] = []

    /// A model with this name; the store chooses everything else.
    public init(name: String) { self.name = name }
}

/// A model that a run made, as an output of the run.
public struct ModelOutput: Sendable, Equatable {
    /// The logged model's id.
    public var model: String
    /// The step after which it was made.
    public var step: Int

    /// Creates an output from its parts.
    public init(model: String, step: Int) {
        self.model = model
        self.step = step
    }
}
