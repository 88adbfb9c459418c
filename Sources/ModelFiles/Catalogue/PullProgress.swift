/// How far the getting of a model is.
public struct PullProgress: Sendable, Equatable {
    /// What is being done.
    public enum Stage: Sendable, Equatable {
        /// Another process is getting the same model; it is waited for.
        case waiting
        /// The source is being reached.
        case connecting
        /// Bytes are coming in.
        case receiving
        /// The checksum is being computed.
        case checking
        /// The source failed, for this reason; the next one is tried.
        case failed(String)
    }

    /// The source, as a person knows it; empty while waiting and while checking what is here.
    public let source: String
    /// What is being done.
    public let stage: Stage
    /// How many bytes have come.
    public let byteCount: Int
    /// How many there are, where the source says so.
    public let totalByteCount: Int?

    init(_ stage: Stage, source: String = "", byteCount: Int = 0, of total: Int? = nil) {
        self.source = source
        self.stage = stage
        self.byteCount = byteCount
        totalByteCount = total
    }
}
