import Platform

/// Something about a run's course that a person should know.
public enum Monitor: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
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

/// What is done when a monitor alerts.
public enum MonitorAction: String, Sendable, Codable, CaseIterable {
    /// The place is marked on the curve.
    case mark
    /// The run waits until a person continues it.
    case pause
    /// The learning rate is halved for the rest of the run.
    case lowerRate = "lower-rate"
    /// The run goes back to its last checkpoint and leaves out the rows of the step.
    case goBack = "go-back"
    /// The run fails; it can be resumed at its last checkpoint.
    case stop
}

/// A monitor's alert.
public struct MonitorAlert: Sendable, Equatable, Codable {
    /// Which monitor it is.
    public let monitor: Monitor
    /// The step it is about.
    public let step: Int
    /// What it saw, for a person.
    public let message: String
    /// What is done about it.
    public let action: MonitorAction
}

/// What is done when each of the monitors alerts.
public struct MonitorActions: Sendable, Equatable {
    /// What differs from the default.
    private var chosen: [Monitor: MonitorAction] = [:]

    /// Everything is marked, and a run whose numbers are no numbers any more stops.
    public init() {}

    /// What is done when `monitor` alerts.
    public subscript(monitor: Monitor) -> MonitorAction {
        get { chosen[monitor] ?? Self.default(of: monitor) }
        set { chosen[monitor] = newValue == Self.default(of: monitor) ? nil : newValue }
    }

    private static func `default`(of monitor: Monitor) -> MonitorAction {
        monitor == .notFinite ? .stop : .mark
    }

    /// What may be done: a step that is no number cannot be marked and continued, and a held-out
    /// loss has no rows to leave out.
    public static func possible(for monitor: Monitor) -> [MonitorAction] {
        switch monitor {
        case .notFinite: [.stop, .goBack]
        case .lossSpike, .gradientSpike: MonitorAction.allCases
        case .plateau, .evaluationGap: [.mark, .pause, .lowerRate, .stop]
        case .slowdown, .noTargets: [.mark, .pause, .stop]
        }
    }

    /// Whether any of them goes back to a checkpoint, which there has to be then.
    var mayGoBack: Bool { chosen.values.contains(.goBack) }
}

extension MonitorActions {
    /// `NAME=ACTION` for each that is not the default, sorted by name.
    public var texts: [String] {
        chosen.map { "\($0.key.rawValue)=\($0.value.rawValue)" }.sorted()
    }

    /// Reads ``texts``; nil if one of them names no monitor or no action.
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

    /// Throws where a monitor cannot do what it is to do.
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

    /// Reads an object of names and actions, which older checkpoints have one level further down.
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
