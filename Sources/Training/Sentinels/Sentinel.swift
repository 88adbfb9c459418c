/// Something about a run's course that a person would want to be told.
public enum Sentinel: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// A loss or a gradient is infinite or not a number.
    case notFinite = "not-finite"
    /// The loss is far above that of the steps before.
    case lossSpike = "loss-spike"
    /// The gradient's norm is far above that of the steps before.
    case gradientSpike = "gradient-spike"
    /// The loss has not fallen for long.
    case plateau
    /// Steps compute far fewer tokens a second than before.
    case slowdown
    /// The loss on held-out data rises while that on the training data falls.
    case evaluationGap = "eval-gap"
    /// A step had no token to learn, and was skipped.
    case noTargets = "no-targets"
}

/// What is done when a sentinel calls.
public enum SentinelAction: String, Sendable, Codable, CaseIterable {
    /// The place is marked on the curve.
    case mark
    /// The run waits until a person lets it go on.
    case pause
    /// The learning rate is halved for the rest of the run.
    case lowerRate = "lower-rate"
    /// The run goes back to its last checkpoint and leaves out the rows of the step.
    case goBack = "go-back"
    /// The run fails; its last checkpoint can be gone on from.
    case stop
}

/// A sentinel's call.
public struct SentinelCall: Sendable, Equatable, Codable {
    /// Who calls.
    public let sentinel: Sentinel
    /// The step it is about.
    public let step: Int
    /// What it saw, for a person.
    public let message: String
    /// What is done about it.
    public let action: SentinelAction
}

/// What is done when each of the sentinels calls.
public struct SentinelActions: Sendable, Equatable {
    /// What differs from the default.
    private var chosen: [Sentinel: SentinelAction] = [:]

    /// Everything is marked, and a run whose numbers are no numbers any more stops.
    public init() {}

    /// What is done when `sentinel` calls.
    public subscript(sentinel: Sentinel) -> SentinelAction {
        get { chosen[sentinel] ?? Self.default(of: sentinel) }
        set { chosen[sentinel] = newValue == Self.default(of: sentinel) ? nil : newValue }
    }

    private static func `default`(of sentinel: Sentinel) -> SentinelAction {
        sentinel == .notFinite ? .stop : .mark
    }

    /// What may be done: a step that is no number cannot be marked and gone on from, and a held-out
    /// loss has no rows to leave out.
    public static func possible(for sentinel: Sentinel) -> [SentinelAction] {
        switch sentinel {
        case .notFinite: [.stop, .goBack]
        case .lossSpike, .gradientSpike: SentinelAction.allCases
        case .plateau, .evaluationGap: [.mark, .pause, .lowerRate, .stop]
        case .slowdown, .noTargets: [.mark, .pause, .stop]
        }
    }

    /// Whether any of them goes back to a checkpoint, which there has to be then.
    var mayGoBack: Bool { chosen.values.contains(.goBack) }
}

extension SentinelActions {
    /// `NAME=ACTION` for each that is not the default, sorted by name.
    public var texts: [String] {
        chosen.map { "\($0.key.rawValue)=\($0.value.rawValue)" }.sorted()
    }

    /// Reads ``texts``; nil if one of them names no sentinel or no action.
    public init?(texts: [String]) {
        self.init()
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let sentinel = Sentinel(rawValue: parts[0]),
                let action = SentinelAction(rawValue: parts[1])
            else { return nil }
            self[sentinel] = action
        }
    }

    /// Throws where a sentinel cannot do what it is to do.
    func check() throws {
        for (sentinel, action) in chosen {
            let possible = Self.possible(for: sentinel)
            guard !possible.contains(action) else { continue }
            throw TrainingError(
                .configuration,
                "\(sentinel.rawValue) cannot \(action.rawValue).",
                hint: "choose one of \(possible.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }
}

extension SentinelActions: Codable {
    private static let older = TextKey(stringValue: "chosen")

    /// Reads an object of names and actions, which older checkpoints have one level further down.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: TextKey.self)
        let isOlder = container.contains(Self.older)
        let chosen =
            isOlder
            ? try container.decode([Sentinel: SentinelAction].self, forKey: Self.older)
            : try [Sentinel: SentinelAction](from: decoder)
        for (sentinel, action) in chosen { self[sentinel] = action }
    }

    /// Writes an object of names and actions.
    public func encode(to encoder: any Encoder) throws { try chosen.encode(to: encoder) }
}
