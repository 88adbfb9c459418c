/// A run with its curves and checkpoints.
public struct RunDetail: Equatable, Sendable, Codable {
    /// A checkpoint from which the run can resume.
    public struct Checkpoint: Equatable, Sendable, Codable {
        /// The first step after resuming from it.
        public var nextStep: Int
        /// Its folder.
        public var folder: String
        /// Its size on disk.
        public var byteCount: Int64

        /// Creates a checkpoint's description.
        public init(nextStep: Int, folder: String, byteCount: Int64) {
            self.nextStep = nextStep
            self.folder = folder
            self.byteCount = byteCount
        }
    }

    /// The run as a row of the list.
    public var summary: RunSummary
    /// Every metric with more than its last value, by name.
    public var series: [String: MetricSeries]
    /// Checkpoints, oldest first.
    public var checkpoints: [Checkpoint]
    /// The files in the run's artifact folder, relative to it.
    public var artifacts: [String]

    /// Creates a detail.
    public init(
        summary: RunSummary,
        series: [String: MetricSeries],
        checkpoints: [Checkpoint] = [],
        artifacts: [String] = []
    ) {
        self.summary = summary
        self.series = series
        self.checkpoints = checkpoints
        self.artifacts = artifacts
    }
}
