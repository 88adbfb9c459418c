/// One call of an application, such as a question to a model and all steps taken to answer it.
///
/// The spans, which say what happened when, are stored in the file `traces.json` below
/// `artifactLocation`.
public struct Trace: Sendable, Equatable, Identifiable {
    /// The state of the call.
    public enum State: String, Sendable, CaseIterable {
        /// It completed.
        case ok = "OK"
        /// It ended with an error.
        case error = "ERROR"
        /// It is in progress.
        case inProgress = "IN_PROGRESS"
        /// It was not reported.
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
    /// Its state.
    public var state: State
    /// The id that its client gave it.
    public var clientRequestID: String?
    /// The beginning of the request.
    public var requestPreview: String?
    /// The beginning of the response.
    public var responsePreview: String?
    /// What is known of it from the start, such as the run that it was made in.
    public var metadata: [TrackingKey: String]
    /// Its tags, which can be changed.
    public var tags: [TrackingKey: String]
    /// Feedback and expectations about it, each as MLflow's JSON.
    public var assessments: [String] = []

    /// Creates a trace from its parts.
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

    /// The tag with the folder of a trace's files, relative to the workspace if it has no scheme;
    /// the store sets it.
    public static let artifactLocation: TrackingKey = "mlflow.artifactLocation"
}
