/// A registered version.
public struct TaskVersion: Sendable, Equatable {
    /// The registered model.
    public var name: String
    /// The number.
    public var number: Int

    /// Creates a version.
    public init(name: String, number: Int) {
        self.name = name
        self.number = number
    }

    /// The text that names it, such as `faq/3`.
    public var text: String { "\(name)/\(number)" }
    /// The reference that every `model` input reads.
    public var reference: String { "models:/\(text)" }
}

/// A change of a registered version.
public enum VersionChange: Sendable, Equatable {
    /// Moves it to a stage of this name.
    case stage(String, archivingOthers: Bool)
    /// Gives it an alias.
    case alias(String)
    /// Deploys it.
    case promote(reason: String)
}
