/// The progress of pulling a model.
public struct PullProgress: Sendable, Equatable {
    /// The current activity.
    public enum Phase: Sendable, Equatable {
        /// Waiting for another process that pulls the same model.
        case waiting
        /// Connecting to the source.
        case connecting
        /// Receiving bytes.
        case receiving
        /// Computing the checksum.
        case checking
        /// The source failed, for this reason; the next one is tried.
        case failed(String)
    }

    /// The source for display; empty while waiting and while checking existing files.
    public let source: String
    /// The current activity.
    public let phase: Phase
    /// The number of received bytes.
    public let byteCount: Int
    /// The total number of bytes, if the source reports it.
    public let totalByteCount: Int?

    init(_ phase: Phase, source: String = "", byteCount: Int = 0, of total: Int? = nil) {
        self.source = source
        self.phase = phase
        self.byteCount = byteCount
        totalByteCount = total
    }
}
