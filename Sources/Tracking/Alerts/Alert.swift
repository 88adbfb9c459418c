public import Database

/// Something that a person should know: raised by a flow, a monitor, a script, a tag or a rule.
public struct Alert: Sendable, Equatable, Identifiable, Codable {
    /// How urgent it is.
    public enum Level: String, Sendable, CaseIterable, Codable, Comparable {
        /// Nothing needs to be done.
        case info
        /// Something may be wrong.
        case warning
        /// Something failed.
        case error

        /// Whether one is less urgent than another.
        public static func < (left: Level, right: Level) -> Bool {
            left.rank < right.rank
        }

        private var rank: Int {
            switch self {
            case .info: 0
            case .warning: 1
            case .error: 2
            }
        }
    }

    /// What raised it.
    public struct Source: Sendable, Hashable, Codable {
        /// The kinds of source.
        public enum Kind: String, Sendable, CaseIterable, Codable {
            /// A flow run or one of its tasks.
            case flow
            /// A schedule of a flow.
            case schedule
            /// A run.
            case run
            /// A monitor of a run.
            case monitor
            /// A watched script.
            case script
            /// The tag `workbench.alert` of a run.
            case tag
            /// A rule of the settings about a metric.
            case rule
        }

        /// The kind of source.
        public var kind: Kind
        /// The task, the monitor, the schedule or the rule.
        public var name: String?
        /// The run in the tracker.
        public var run: String?
        /// The flow run.
        public var flowRun: String?

        /// Creates a source from its parts.
        public init(_ kind: Kind, name: String? = nil, run: String? = nil, flowRun: String? = nil) {
            self.kind = kind
            self.name = name
            self.run = run
            self.flowRun = flowRun
        }
    }

    /// Its number; later ones are larger.
    public var id: Int
    /// How urgent it is.
    public var level: Level
    /// What happened, in a few words: foreign text, made harmless where it is drawn.
    public var title: String
    /// More about it, which may be empty: foreign text too.
    public var text: String
    /// What raised it.
    public var source: Source
    /// When it was raised, in milliseconds since 1970.
    public var raisedAt: Int
    /// How often the same was raised, or more of its source were left out, since then.
    public var repeats: Int
    /// When a person acknowledged it, in milliseconds since 1970.
    public var acknowledgedAt: Int?
    /// Who did, `user@host`.
    public var acknowledgedBy: String?
    /// Its deliveries, by command or webhook.
    public var deliveries: [AlertDelivery]
}

/// An alert to be raised.
public struct AlertRequest: Sendable, Equatable {
    /// How urgent it is.
    public var level: Alert.Level
    /// What happened, in a few words.
    public var title: String
    /// More about it.
    public var text: String
    /// What raises it.
    public var source: Alert.Source
    /// A text of which each one raises one alert, ever; nil if it may be raised again.
    public var identity: String?

    /// Creates a request.
    public init(
        _ level: Alert.Level,
        _ title: String,
        text: String = "",
        source: Alert.Source,
        identity: String? = nil
    ) {
        self.level = level
        self.title = title
        self.text = text
        self.source = source
        self.identity = identity
    }
}

/// The delivery of an alert to one target.
public struct AlertDelivery: Sendable, Equatable, Codable {
    /// How far it is.
    public enum State: String, Sendable, Codable {
        /// It is tried, or waits for its next try.
        case pending
        /// The target has it.
        case delivered
        /// It was tried often enough.
        case failed
    }

    /// `command` or `webhook`.
    public var target: String
    /// How far it is.
    public var state: State
    /// How often it was tried.
    public var attempts: Int
    /// When it is tried next, in milliseconds since 1970.
    public var nextAt: Int
    /// Why the last try failed.
    public var problem: String?
}

extension Change.Kind {
    /// An alert; the item is its number, and the change `raised`, `acknowledged` or `delivery`.
    public static let alert = Self(rawValue: "alert")
}
