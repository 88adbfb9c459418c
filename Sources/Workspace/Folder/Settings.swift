/// The user's settings: `config.yaml` in the workspace folder.
public struct Settings: Equatable, Sendable, Codable {
    /// The theme's name.
    public var theme: String?
    /// The base model used if none is named.
    public var defaultModel: String?
    /// The experiment of a run if none is named.
    public var experiment: String?
    /// Whether the terminal rings when a run ends.
    public var bell: Bool
    /// The most tasks of flows with a tag at once.
    public var concurrency: [String: Int]
    /// The seconds that programs of tasks get to end by themselves when they are cancelled.
    public var cancelGrace: Double
    /// How alerts are delivered, and rules about metrics.
    public var alerts: AlertSettings

    /// Creates settings, with the defaults of a new workspace.
    public init(
        theme: String? = nil,
        defaultModel: String? = nil,
        experiment: String? = nil,
        bell: Bool = true,
        concurrency: [String: Int] = [:],
        cancelGrace: Double = 10,
        alerts: AlertSettings = AlertSettings()
    ) {
        self.theme = theme
        self.defaultModel = defaultModel
        self.experiment = experiment
        self.bell = bell
        self.concurrency = concurrency
        self.cancelGrace = cancelGrace
        self.alerts = alerts
    }
}
