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

    /// Creates settings, with the defaults of a new workspace.
    public init(
        theme: String? = nil,
        defaultModel: String? = nil,
        experiment: String? = nil,
        bell: Bool = true
    ) {
        self.theme = theme
        self.defaultModel = defaultModel
        self.experiment = experiment
        self.bell = bell
    }
}
