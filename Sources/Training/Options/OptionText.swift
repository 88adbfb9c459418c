/// Lists and durations in options.
public enum OptionText {
    /// Parses layers such as `0,3,20-29`; nil if invalid.
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

    /// Layers in the form that ``layers(_:)`` parses.
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

    /// Names separated by commas.
    public static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { String($0.filter { $0 != " " }) }.filter { !$0.isEmpty }
    }
}

extension TrainingConfiguration.CheckpointInterval {
    /// Parses steps such as `20`, or seconds such as `60s`; nil for any other text.
    public init?(_ text: String) {
        if text.last == "s", let seconds = Double(text.dropLast()), seconds > 0, seconds.isFinite {
            self = .seconds(seconds)
        } else if let steps = Int(text), steps > 0 {
            self = .steps(steps)
        } else {
            return nil
        }
    }

    /// The text in the form that is parsed.
    public var text: String {
        switch self {
        case .steps(let steps): "\(steps)"
        case .seconds(let seconds):
            Int(exactly: seconds).map { "\($0)s" } ?? "\(seconds)s"
        }
    }
}
