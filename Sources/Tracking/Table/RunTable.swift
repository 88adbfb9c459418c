/// Runs as rows and their values as columns, to be written as text for other programs.
public struct RunTable: Sendable, Equatable {
    /// The content of a column.
    public enum Column: Sendable, Hashable {
        /// An attribute of the run; times are in UTC, the duration is in seconds.
        case id, name, experimentID, status, user, startTime, endTime, duration, lifecycle,
            artifactURI
        /// A parameter.
        case param(TrackingKey)
        /// The last value of a metric.
        case metric(TrackingKey)
        /// A tag.
        case tag(TrackingKey)

        /// The column's heading, named as in MLflow's `search_runs`.
        public var title: String {
            switch self {
            case .id: "run_id"
            case .name: "run_name"
            case .experimentID: "experiment_id"
            case .status: "status"
            case .user: "user_id"
            case .startTime: "start_time"
            case .endTime: "end_time"
            case .duration: "duration_seconds"
            case .lifecycle: "lifecycle_stage"
            case .artifactURI: "artifact_uri"
            case .param(let key): "params.\(key)"
            case .metric(let key): "metrics.\(key)"
            case .tag(let key): "tags.\(key)"
            }
        }
    }

    /// The rows.
    public var runs: [RunRecord]
    /// The columns, in order.
    public var columns: [Column]

    /// Creates a table; without columns it has the default ones for these runs.
    public init(_ runs: [RunRecord], columns: [Column]? = nil) {
        self.runs = runs
        self.columns = columns ?? Self.columns(of: runs)
    }

    /// Attributes, then every parameter and every metric that one of the runs has.
    public static func columns(of runs: [RunRecord]) -> [Column] {
        let params = Set(runs.flatMap(\.params.keys)).sorted()
        let metrics = Set(runs.flatMap(\.metrics.keys)).sorted()
        return [.id, .name, .status, .user, .startTime, .duration]
            + params.map(Column.param) + metrics.map(Column.metric)
    }
}

extension RunTable {
    /// The content of a cell.
    enum Cell: Equatable {
        case missing
        case text(String)
        case integer(Int)
        case number(Double)
        /// Milliseconds since 1970.
        case time(Int)
    }

    static func cell(_ run: RunRecord, _ column: Column) -> Cell {
        switch column {
        case .id: .text(run.id)
        case .name: .text(run.name)
        case .experimentID: .integer(run.experimentID)
        case .status: .text(run.status.rawValue)
        case .user: .text(run.user)
        case .startTime: run.startTime.map(Cell.time) ?? .missing
        case .endTime: run.endTime.map(Cell.time) ?? .missing
        case .duration: duration(run)
        case .lifecycle: .text(run.lifecycle.rawValue)
        case .artifactURI: .text(run.artifactURI)
        case .param(let key): run.params[key].map(Cell.text) ?? .missing
        case .metric(let key): run.metrics[key].map { .number($0.value) } ?? .missing
        case .tag(let key): run.tags[key].map(Cell.text) ?? .missing
        }
    }

    private static func duration(_ run: RunRecord) -> Cell {
        guard let start = run.startTime, let end = run.endTime else { return .missing }
        return .number((Double(end) - Double(start)) / 1000)
    }

    /// The number in the fewest digits that read back as it.
    static func text(_ number: Double) -> String {
        if number.isNaN { return "NaN" }
        if number.isInfinite { return number < 0 ? "-Infinity" : "Infinity" }
        return "\(number)"
    }

    /// The time as in `2026-01-31T12:00:00.000Z`; the number if there is no such year.
    static func text(time milliseconds: Int) -> String {
        guard (-62_135_596_800_000...253_402_300_799_999).contains(milliseconds) else {
            return "\(milliseconds)"
        }
        // Days since 1 March of year 0, in cycles of 400 years; Hinnant, "chrono-compatible
        // low-level date algorithms".
        let (day, rest) = (milliseconds + 62_162_035_200_000).quotientAndRemainder(
            dividingBy: 86_400_000
        )
        let (cycle, dayOfCycle) = day.quotientAndRemainder(dividingBy: 146_097)
        let yearOfCycle =
            (dayOfCycle - dayOfCycle / 1460 + dayOfCycle / 36_524 - dayOfCycle / 146_096) / 365
        let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
        let month = (5 * dayOfYear + 2) / 153
        let (seconds, fraction) = rest.quotientAndRemainder(dividingBy: 1000)
        func digits(_ number: Int, _ width: Int = 2) -> String {
            let text = String(number)
            return String(repeating: "0", count: max(0, width - text.utf8.count)) + text
        }
        let year = digits(yearOfCycle + cycle * 400 + (month >= 10 ? 1 : 0), 4)
        let date =
            "\(year)-\(digits(month < 10 ? month + 3 : month - 9))"
            + "-\(digits(dayOfYear - (153 * month + 2) / 5 + 1))"
        let (minutes, second) = seconds.quotientAndRemainder(dividingBy: 60)
        let clock = "\(digits(minutes / 60)):\(digits(minutes % 60)):\(digits(second))"
        return "\(date)T\(clock).\(digits(fraction, 3))Z"
    }
}
