import Platform
import Tracking

/// A condition that raises an alert while a command is watched.
package enum ScriptAlert: Sendable, Equatable {
    /// How a metric is compared.
    package enum Comparison: String, Sendable, CaseIterable {
        case atLeast = ">="
        case atMost = "<="
        case above = ">"
        case below = "<"

        func holds(_ value: Double, _ limit: Double) -> Bool {
            switch self {
            case .atLeast: value >= limit
            case .atMost: value <= limit
            case .above: value > limit
            case .below: value < limit
            }
        }

        var words: String {
            switch self {
            case .atLeast: "at least"
            case .atMost: "at most"
            case .above: "above"
            case .below: "below"
            }
        }
    }

    /// A metric crossed a limit.
    case metric(String, Comparison, Double)
    /// A metric is not a number or infinite; nil for any of them.
    case nonFinite(metric: String?)
    /// An attempt ended with an error.
    case exit

    /// Reads `loss > 5`, `nan`, `loss nan` or `exit`.
    ///
    /// - Throws: ``RunError`` with the code `invalid`.
    package init(_ text: String) throws(RunError) {
        let words = text.split(separator: " ").map(String.init)
        switch words.map({ $0.lowercased() }) {
        case ["exit"]: self = .exit
        case ["nan"]: self = .nonFinite(metric: nil)
        case let parts where parts.count == 2 && parts[1] == "nan":
            self = .nonFinite(metric: words[0])
        default:
            guard let comparison = Comparison.allCases.first(where: { text.contains($0.rawValue) }),
                let sign = text.firstRange(of: comparison.rawValue)
            else { throw Self.unknown(text) }
            let name = Self.trimmed(text[..<sign.lowerBound])
            let number = Self.trimmed(text[sign.upperBound...])
            guard !name.isEmpty, !name.contains(" "), let limit = Double(number), limit.isFinite
            else { throw Self.unknown(text) }
            self = .metric(name, comparison, limit)
        }
    }

    private static func trimmed(_ text: Substring) -> String {
        text.split(separator: " ").joined(separator: " ")
    }

    private static func unknown(_ text: String) -> RunError {
        RunError(
            .invalid,
            "The alert \(VisibleText.name(text)) is not understood.",
            hint: "Write it as \"loss > 5\", \"nan\", \"loss nan\" or \"exit\"."
        )
    }

    /// How urgent it is.
    var level: Alert.Level {
        if case .metric = self { .warning } else { .error }
    }

    private static func shown(_ number: Double) -> String {
        Int(exactly: number).map(String.init) ?? "\(number)"
    }

    /// What it says of a metric; nil if it says nothing.
    func message(for metric: PrintedMetric) -> String? {
        switch self {
        case .metric(let name, let comparison, let limit):
            guard name == metric.name, comparison.holds(metric.value, limit) else { return nil }
            return
                "\(name) is \(Self.shown(metric.value)), \(comparison.words) \(Self.shown(limit))."
        case .nonFinite(let name):
            guard name == nil || name == metric.name, !metric.value.isFinite else { return nil }
            return "\(metric.name) is \(metric.value)."
        case .exit: return nil
        }
    }
}
