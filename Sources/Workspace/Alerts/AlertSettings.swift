public import Tracking

/// The part `alerts` of the settings: how alerts are delivered, and rules about metrics.
public struct AlertSettings: Equatable, Sendable, Codable {
    /// The source of a webhook's address.
    public enum Webhook: Equatable, Sendable, Codable {
        /// The address itself.
        case address(String)
        /// The environment variable that has it, for addresses that are secret.
        case variable(String)
    }

    /// A line of the shell that is called with each alert, in the workspace's folder.
    public var command: String?
    /// The address that each alert is sent to.
    public var webhook: Webhook?
    /// The least urgent level that is delivered.
    public var level: Alert.Level
    /// The rules about metrics of all runs.
    public var rules: [AlertRule]

    /// Creates settings; by default nothing is delivered and no rule exists.
    public init(
        command: String? = nil,
        webhook: Webhook? = nil,
        level: Alert.Level = .warning,
        rules: [AlertRule] = []
    ) {
        self.command = command
        self.webhook = webhook
        self.level = level
        self.rules = rules
    }

    /// The targets of an alert of a level.
    func targets(of level: Alert.Level) -> [String] {
        guard level >= self.level else { return [] }
        return [command.map { _ in Self.commandTarget }, webhook.map { _ in Self.webhookTarget }]
            .compactMap { $0 }
    }

    static let commandTarget = "command"
    static let webhookTarget = "webhook"
}
