import Platform

/// A condition of a run's course that the user should know of.
public enum Monitor: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
    /// A loss or a gradient is infinite or not a number.
    case notFinite = "not-finite"
    /// The loss is far above that of the steps before.
    case lossSpike = "loss-spike"
    /// The gradient's norm is far above that of the steps before.
    case gradientSpike = "gradient-spike"
    /// The loss has not decreased for long.
    case plateau
    /// Steps process far fewer tokens per second than before.
    case slowdown
    /// The held-out loss increases while the training loss decreases.
    case evaluationGap = "eval-gap"
    /// A step had no targets, and was skipped.
    case noTargets = "no-targets"
}

/// The action when a monitor alerts.
public enum MonitorAction: String, Sendable, Codable, CaseIterable {
    /// The step is marked on the curve.
    case mark
    /// The run waits until the user continues it.
    case pause
    /// The learning rate is halved for the rest of the run.
    case lowerRate = "lower-rate"
    /// The run returns to its last checkpoint and leaves out the rows of the step.
    case goBack = "go-back"
    /// The run fails; it can be resumed from its last checkpoint.
    case stop
}

/// A monitor's alert.
public struct MonitorAlert: Sendable, Equatable, Codable {
    /// The monitor.
    public let monitor: Monitor
    /// The step.
    public let step: Int
    /// A description for the user.
    public let message: String
    /// The action taken.
    public let action: MonitorAction
}

/// The action for each monitor.
public struct MonitorActions: Sendable, Equatable {
    /// The actions that differ from the default.
    private var chosen: [Monitor: MonitorAction] = [:]

    /// By default everything is marked, and a run with values that are not finite stops.
    public init() {}

    /// The action when `monitor` alerts.
    public subscript(monitor: Monitor) -> MonitorAction {
        get { chosen[monitor] ?? Self.default(of: monitor) }
        set { chosen[monitor] = newValue == Self.default(of: monitor) ? nil : newValue }
    }

    private static func `default`(of monitor: Monitor) -> MonitorAction {
        monitor == .notFinite ? .stop : .mark
    }

    /// The possible actions: a step that is not finite cannot be marked and continued, and a
    /// held-out loss has no rows to leave out.
    public static func possible(for monitor: Monitor) -> [MonitorAction] {
        switch monitor {
        case .notFinite: [.stop, .goBack]
        case .lossSpike, .gradientSpike: MonitorAction.allCases
        case .plateau, .evaluationGap: [.mark, .pause, .lowerRate, .stop]
        case .slowdown, .noTargets: [.mark, .pause, .stop]
        }
    }

    /// Whether any action goes back to a checkpoint, which must exist then.
    var mayGoBack: Bool { chosen.values.contains(.goBack) }
}

extension MonitorActions {
    /// `NAME=ACTION` for each that is not the default, sorted by name.
    public var texts: [String] {
        chosen.map { "\($0.key.rawValue)=\($0.value.rawValue)" }.sorted()
    }

    /// Parses ``texts``; nil if one of them has an unknown monitor or action.
    public init?(texts: [String]) {
        self.init()
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            guard parts.count == 2, let monitor = Monitor(rawValue: parts[0]),
                let action = MonitorAction(rawValue: parts[1])
            else { return nil }
            self[monitor] = action
        }
    }

    /// Throws if an action is not possible for its monitor.
    func check() throws {
        for (monitor, action) in chosen {
            let possible = Self.possible(for: monitor)
            guard !possible.contains(action) else { continue }
            throw TrainingError(
                .configuration,
                "\(monitor.rawValue) cannot \(action.rawValue).",
                hint: "choose one of \(possible.map(\.rawValue).joined(separator: ", "))"
            )
        }
    }
}

extension MonitorActions: Codable {
    private static let older = TextKey(stringValue: "chosen")

    /// Decodes an object of names and actions, which older checkpoints nest one level deeper.
    public init(from decoder: any Decoder) throws {
        self.init()
        let container = try decoder.container(keyedBy: TextKey.self)
        let isOlder = container.contains(Self.older)
        let chosen =
            isOlder
            ? try container.decode([Monitor: MonitorAction].self, forKey: Self.older)
            : try [Monitor: MonitorAction](from: decoder)
        for (monitor, action) in chosen { self[monitor] = action }
    }

    /// Writes an object of names and actions.
    public func encode(to encoder: any Encoder) throws { try chosen.encode(to: encoder) }
}
