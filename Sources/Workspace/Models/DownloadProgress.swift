/// How far the download of a model is, and how it ended.
///
/// It joins the progress that `ModelFiles` reports of one source with the model's name and the
/// outcome of the whole; user interfaces do not import `ModelFiles`.
public struct DownloadProgress: Equatable, Sendable, Codable {
    /// What the download is doing.
    public enum Phase: String, Sendable, Codable {
        /// Asking the sources.
        case connecting
        /// Bytes arrive.
        case downloading
        /// The checksum is computed.
        case verifying
        /// The model is installed.
        case finished
        /// It was cancelled; what arrived is kept for a later attempt.
        case cancelled
        /// It failed; `failure` says why.
        case failed
    }

    /// The model's catalogue name.
    public var model: String
    /// What the download is doing.
    public var phase: Phase
    /// Where the bytes come from, in words.
    public var source: String?
    /// Bytes here.
    public var receivedBytes: Int64
    /// Bytes in all, where known.
    public var totalBytes: Int64?
    /// Why it failed.
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
