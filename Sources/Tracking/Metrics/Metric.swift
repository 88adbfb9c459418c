import GRDB

/// One measured value.
public struct Metric: Sendable, Equatable {
    /// What was measured.
    public var key: TrackingKey
    /// The value; infinities are stored as the largest finite numbers, as MLflow does.
    public var value: Double
    /// When it was measured, in milliseconds since 1970.
    public var timestamp: Int
    /// The step that it belongs to.
    public var step: Int

    /// Creates a value from its parts.
    public init(_ key: TrackingKey, _ value: Double, timestamp: Int, step: Int) {
        self.key = key
        self.value = value
        self.timestamp = timestamp
        self.step = step
    }

    /// A step that is safe to add to: unchanged, but limited to ±2^53.
    public static func drawable(_ step: Int) -> Int { min(max(step, -(1 << 53)), 1 << 53) }

    /// Whether both are the same measurement; NaN equals NaN here.
    public static func == (left: Metric, right: Metric) -> Bool {
        left.key == right.key && left.timestamp == right.timestamp && left.step == right.step
            && (left.value == right.value || (left.value.isNaN && right.value.isNaN))
    }
}

extension Metric {
    /// Reads `key, value, is_nan, timestamp, step` from the given column on.
    init(row: Row, from column: Int) {
        self.init(
            TrackingKey(row[column]),
            row[column + 2] ? .nan : row[column + 1],
            timestamp: row[column + 3] ?? 0,
            step: row[column + 4]
        )
    }

    /// The value as it is stored: 0 for NaN, the largest finite number for infinity.
    package var storedValue: Double {
        if value.isNaN { return 0 }
        return max(-.greatestFiniteMagnitude, min(.greatestFiniteMagnitude, value))
    }
}
