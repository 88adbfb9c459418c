/// The forecast and measured cost of a run.
public struct RunCost: Equatable, Sendable, Codable {
    /// The forecast seconds of work, from a measured step; nil if nothing was measured.
    public var forecastSeconds: Double?
    /// The measured seconds of work.
    public var seconds: Double
    /// The forecast of the process's peak memory in bytes.
    public var forecastBytes: Int
    /// The measured peak memory of the process in bytes.
    public var bytes: Int
}
