/// The user's settings: `config.yaml` in the workspace folder.
public struct Settings: Equatable, Sendable, Codable {
    /// The theme's name.
    public var theme: String?
    /// The base model taken where none is named.
    public var defaultModel: String?
    /// The experiment runs go to where none is named.
    public var experiment: String?
    /// Whether the terminal rings when a run ends.
    public var bell: Bool

    /// Creates settings; the defaults are those of a new workspace.
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
