import Datasets
import Training
import Transformer

/// The names among which a ``TrainingRequest`` chooses.
public enum TrainingChoices {
    /// A sentinel, and what can be done when it calls; the first is done unless something is said.
    public struct Watch: Sendable {
        /// Its name, such as `loss-spike`.
        public let sentinel: String
        /// The actions' names.
        public let actions: [String]
    }

    /// Rules by which parameters change.
    public static let optimizers = OptimizerKind.allCases.map(\.rawValue)
    /// Ways to draw a fresh adapter.
    public static let initializations = LoRA.Initialization.allCases.map(\.rawValue)
    /// What becomes of conversations that are too long.
    public static let overLength = OverLengthPolicy.allCases.map(\.rawValue)
    /// How documents become sequences.
    public static let documents = ExampleRenderer.DocumentLayout.allCases.map(\.rawValue)
    /// The projections that can have an adapter.
    public static let targets = Projection.allCases.map(\.rawValue)
    /// Passes over the data of a run that names neither passes nor steps.
    public static let usualEpochs = TrainingConfiguration.defaultEpochs
    /// Evaluations of a run that names no interval.
    public static let usualEvaluations = TrainingConfiguration.defaultEvaluationCount
    /// Held-out rows that are answered at every evaluation of a run that names no number.
    public static let usualSamples = RunSampler.usualCount
    /// The sentinels.
    public static let watches = Sentinel.allCases.map { sentinel in
        let usual = SentinelActions()[sentinel]
        let others = SentinelActions.possible(for: sentinel).filter { $0 != usual }
        return Watch(
            sentinel: sentinel.rawValue,
            actions: ([usual] + others).map(\.rawValue)
        )
    }
}

extension TrainingRequest {
    /// The layers of a text such as `0,3,20-29`; nil if it is none.
    public static func layers(_ text: String) -> [Int]? {
        var layers: [Int] = []
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = part.split(separator: "-", omittingEmptySubsequences: false)
                .map { Int($0.filter { $0 != " " }) }
            guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
                first <= last, last < 1 << 12
            else { return nil }
            layers += first...last
        }
        return Set(layers).sorted()
    }

    /// Layers as ``layers(_:)`` reads them.
    public static func text(ofLayers layers: [Int]) -> String {
        var ranges: [ClosedRange<Int>] = []
        for layer in layers {
            if let last = ranges.last, layer == last.upperBound + 1 {
                ranges[ranges.count - 1] = last.lowerBound...layer
            } else {
                ranges.append(layer...layer)
            }
        }
        return ranges.map {
            $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)"
        }
        .joined(separator: ",")
    }

    /// Names that are separated by commas.
    public static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }
}

extension TrainingRequest.CheckpointInterval {
    /// Steps such as `20`, or seconds such as `60s`; nil for any other text.
    public init?(_ text: String) {
        if text.last == "s", let seconds = Double(text.dropLast()), seconds > 0, seconds.isFinite {
            self = .seconds(seconds)
        } else if let steps = Int(text), steps > 0 {
            self = .steps(steps)
        } else {
            return nil
        }
    }

    /// The text that is read as this.
    public var text: String {
        switch self {
        case .steps(let steps): "\(steps)"
        case .seconds(let seconds):
            Int(exactly: seconds).map { "\($0)s" } ?? "\(seconds)s"
        }
    }
}
