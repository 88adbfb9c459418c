import Database

/// A model that a run made: weights or an adapter, with what it was made of.
public struct LoggedModel: Sendable, Equatable, Identifiable {
    /// How far the model has come; the numbers are MLflow's.
    public enum Status: Int, Sendable {
        /// Its files are being written.
        case pending = 1
        /// Its files are complete.
        case ready = 2
        /// Its files will not come.
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
    /// How far it has come.
    public var status: Status
    /// When it was made, in milliseconds since 1970.
    public var creationTime: Int
    /// When it was last changed, in milliseconds since 1970.
    public var lastUpdateTime: Int
    /// What kind of model it is, such as `peft`.
    public var modelType: String?
    /// The run that made it.
    public var sourceRun: String?
    /// What went wrong, where something did.
    public var statusMessage: String?
    /// What it was made with.
    public var params: [TrackingKey: String] = [:]
    /// What was measured on it, metric by metric in the order of time.
    public var metrics: [ModelMetric] = []
    /// Its tags.
    public var tags: [TrackingKey: String] = [:]
}

extension LoggedModel {
    /// Checks a name that a client gives, which MLflow puts into paths and references; models of
    /// this program are called as their runs, whatever is in that.
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

/// What is known of a model when its run begins to write it.
public struct NewLoggedModel: Sendable {
    /// The experiment that it belongs to.
    public var experimentID = 0
    /// Its name; a random readable one if empty.
    public var name: String
    /// The folder of its files; `models/<id>/artifacts` in the experiment's if nil.
    public var artifactLocation: String?
    /// Whether its files are complete already.
    public var status = LoggedModel.Status.pending
    /// What kind of model it is, such as `peft`.
    public var modelType: String?
    /// The run that made it.
    public var sourceRun: String?
    /// What it was made with.
    public var params: [Param] = []
    /// Its tags.
    public var tags: [Tag] = []

    /// A model of this name with everything else left to the store.
    public init(name: String) { self.name = name }
}

/// A model that a run made, as the run's outputs name it.
public struct ModelOutput: Sendable, Equatable {
    /// The logged model's id.
    public var model: String
    /// The step after which it was made.
    public var step: Int

    /// Makes an output of its parts.
    public init(model: String, step: Int) {
        self.model = model
        self.step = step
    }
}
