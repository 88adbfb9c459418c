/// The progress or result of a model's download.
///
/// It joins the progress that `ModelFiles` reports of one source with the model's name and the
/// outcome of the whole; user interfaces do not import `ModelFiles`.
public struct DownloadProgress: Equatable, Sendable, Codable {
    /// The state of the download.
    public enum Phase: String, Sendable, Codable {
        /// Querying the sources.
        case connecting
        /// Receiving bytes.
        case downloading
        /// Computing the checksum.
        case verifying
        /// Installed.
        case finished
        /// Cancelled; the received part is kept for a later attempt.
        case cancelled
        /// Failed; `failure` contains the reason.
        case failed
    }

    /// The model's catalogue name.
    public var model: String
    /// The state of the download.
    public var phase: Phase
    /// The source, in words.
    public var source: String?
    /// Received bytes.
    public var receivedBytes: Int64
    /// Total bytes, if known.
    public var totalBytes: Int64?
    /// The reason for a failure.
    public var failure: WorkspaceError?

    /// Creates a progress report.
    public init(
        model: String,
        phase: Phase,
        source: String? = nil,
        receivedBytes: Int64 = 0,
        totalBytes: Int64? = nil,
        failure: WorkspaceError? = nil
    ) {
        self.model = model
        self.phase = phase
        self.source = source
        self.receivedBytes = receivedBytes
        self.totalBytes = totalBytes
        self.failure = failure
    }
}
