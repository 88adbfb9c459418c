import Platform

/// The range of an option's numbers.
public enum OptionRange: Sendable, Equatable {
    /// Above 0.
    case positive
    /// At least 0.
    case nonNegative
    /// At least 0 and below 1.
    case fraction

    /// The range of counts without another limit.
    static let counts = 1...1_000_000_000

    /// The range in words.
    var words: String {
        switch self {
        case .positive: "above 0"
        case .nonNegative: "at least 0"
        case .fraction: "at least 0 and below 1"
        }
    }

    /// Whether a finite number is in the range.
    func contains(_ value: Double) -> Bool {
        switch self {
        case .positive: value > 0
        case .nonNegative: value >= 0
        case .fraction: value >= 0 && value < 1
        }
    }

    /// Throws unless a number is in the range.
    func require(_ value: Double, named name: String, _ words: String? = nil) throws {
        guard value.isFinite, contains(value) else {
            throw TrainingError(
                .configuration,
                value.isInfinite
                    ? "\(name) must be finite, not \(value)."
                    : "\(name) must be \(words ?? self.words), not \(value)."
            )
        }
    }

    /// Throws unless a whole number is in a range.
    static func require(_ value: Int, in range: ClosedRange<Int>, named name: String) throws {
        guard range.contains(value) else {
            throw TrainingError(
                .configuration,
                "\(name) must be between \(range.lowerBound) and \(range.upperBound), not \(value)."
            )
        }
    }
}
