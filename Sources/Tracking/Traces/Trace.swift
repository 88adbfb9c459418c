/// One call of an application, such as a question to a model with all that was done to answer it.
///
/// The spans, which say what happened when, lie in the file `traces.json` below `artifactLocation`.
public struct Trace: Sendable, Equatable, Identifiable {
    /// How it went.
    public enum State: String, Sendable, CaseIterable {
        /// It came to its end.
        case ok = "OK"
        /// It ended by an error.
        case error = "ERROR"
        /// It goes on.
        case inProgress = "IN_PROGRESS"
        /// Nobody said.
        case unspecified = "STATE_UNSPECIFIED"
    }

    /// `tr-` and 32 hexadecimal digits.
    public var id: String
    /// The experiment that it belongs to.
    public var experimentID: Int
    /// When it began, in milliseconds since 1970.
    public var requestTime: Int
    /// How long it took, in milliseconds, if it has ended.
    public var executionTime: Int?
    /// How it went.
    public var state: State
    /// The id that its client knows it by.
    public var clientRequestID: String?
    /// The beginning of what was asked.
    public var requestPreview: String?
    /// The beginning of what was answered.
    public var responsePreview: String?
    /// What is known of it from the start, such as the run that it was made in.
    public var metadata: [TrackingKey: String]
    /// Its tags, which can be changed.
    public var tags: [TrackingKey: String]
    /// Feedback and expectations about it, each as MLflow's JSON.
    public var assessments: [String] = []

    /// Makes a trace of its parts.
    public init(
        id: String,
        experimentID: Int,
        requestTime: Int,
        executionTime: Int? = nil,
        state: State,
        clientRequestID: String? = nil,
        requestPreview: String? = nil,
        responsePreview: String? = nil,
        metadata: [TrackingKey: String] = [:],
        tags: [TrackingKey: String] = [:]
    ) {
        self.id = id
        self.experimentID = experimentID
        self.requestTime = requestTime
        self.executionTime = executionTime
        self.state = state
        self.clientRequestID = clientRequestID
        self.requestPreview = requestPreview
        self.responsePreview = responsePreview
        self.metadata = metadata
        self.tags = tags
    }

    /// The tag that holds the folder of a trace's files, relative to the workspace if it has no scheme;
    /// the store sets it.
    public static let artifactLocation: TrackingKey = "mlflow.artifactLocation"
}
