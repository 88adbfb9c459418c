package import FoundationEssentials
import Presentation
package import Runs
import TerminalUI
import Workspace

/// A column of the table of runs: what it shows and how it sorts.
package enum RunColumn: Int, CaseIterable, Sendable {
    case name, status, loss, evaluation, steps, model, method, rank, rate, data, duration

    /// Its heading.
    package var title: String {
        switch self {
        case .name: "name"
        case .status: "status"
        case .loss: "loss"
        case .evaluation: "eval"
        case .steps: "steps"
        case .model: "model"
        case .method: "method"
        case .rank: "rank"
        case .rate: "lr"
        case .data: "data"
        case .duration: "took"
        }
    }

    /// Its width, and its priority on a narrow screen.
    var column: TableColumn {
        switch self {
        case .name: TableColumn(title, width: 12, weight: 3, priority: 12)
        case .status: TableColumn(title, width: 10, priority: 9)
        case .loss: TableColumn(title, width: Self.figureWidth, alignment: .right, priority: 11)
        case .evaluation:
            TableColumn(title, width: Self.figureWidth, alignment: .right, priority: 10)
        case .steps: TableColumn(title, width: Self.stepWidth, alignment: .right, priority: 6)
        case .model: TableColumn(title, width: 12, weight: 2, priority: 2)
        case .method: TableColumn(title, width: 6, priority: 3)
        case .rank: TableColumn(title, width: 5, alignment: .right, priority: 7)
        case .rate: TableColumn(title, width: 7, alignment: .right, priority: 8)
        case .data: TableColumn(title, width: 10, weight: 2, priority: 4)
        case .duration: TableColumn(title, width: 7, alignment: .right, priority: 5)
        }
    }

    /// The width of a loss, such as `2.4e-3`.
    static let figureWidth = 6
    /// The width of the steps.
    static let stepWidth = 9

    /// Its text for a run, or a dash.
    package func text(of run: RunSummary, at now: Date) -> String {
        switch self {
        case .name: run.name
        case .status: run.status.rawValue
        case .loss: Figures.fitting(run.loss, width: Self.figureWidth, digits: 4)
        case .evaluation:
            Figures.fitting(run.heldOutLoss, width: Self.figureWidth, digits: 4)
        case .steps: Figures.steps(run.stepsDone, of: run.totalSteps, width: Self.stepWidth)
        case .model: run.model ?? Figures.none
        case .method: run.method ?? Figures.none
        case .rank: run.parameters["rank"] ?? Figures.none
        case .rate: Figures.optional(run.peakLearningRate)
        case .data: run.dataset ?? Figures.none
        case .duration: run.duration(at: now).map(Figures.duration) ?? Figures.none
        }
    }

    /// The number that it sorts by; nil if it sorts by its text or the run has none.
    private func number(of run: RunSummary, at now: Date) -> Double? {
        switch self {
        case .loss: run.loss
        case .evaluation: run.heldOutLoss
        case .steps: Double(run.stepsDone)
        case .rank: run.parameters["rank"].flatMap(Double.init)
        case .rate: run.peakLearningRate
        case .duration: run.duration(at: now)
        case .name, .status, .model, .method, .data: nil
        }
    }

    private var isNumeric: Bool {
        switch self {
        case .loss, .evaluation, .steps, .rank, .rate, .duration: true
        case .name, .status, .model, .method, .data: false
        }
    }

    /// The places of runs in the order of the column; those without a value come last in both
    /// directions.
    func sorted(_ runs: RunRows, isAscending: Bool, at now: Date) -> [Int] {
        func sorted<Value>(
            _ value: (RunSummary) -> Value?,
            _ precedes: (Value, Value) -> Bool
        ) -> [Int] {
            // Runs are large, so only their positions and values are sorted.
            let keyed = runs.enumerated().map { (place: $0.offset, value: value($0.element)) }
            return keyed.sorted { left, right in
                switch (left.value, right.value) {
                case (let one?, let other?):
                    if precedes(one, other) { return isAscending }
                    if precedes(other, one) { return !isAscending }
                    return left.place < right.place
                case (_?, nil): return true
                case (nil, _?): return false
                case (nil, nil): return left.place < right.place
                }
            }.map(\.place)
        }
        if isNumeric {
            return sorted({ run in number(of: run, at: now).flatMap { $0.isFinite ? $0 : nil } }, <)
        }
        return sorted(
            { run in
                let text = text(of: run, at: now)
                return text == Figures.none ? nil : text
            },
            <
        )
    }
}

/// The order of the table of runs.
package struct RunOrder: Hashable, Sendable {
    /// The column; nil for the newest first.
    package private(set) var column: RunColumn?
    /// Whether the smallest comes first.
    package private(set) var isAscending = true

    package init() {}

    /// Moves to the next column; after the last one, to the newest first.
    mutating func next() {
        isAscending = true
        column =
            column.map { RunColumn(rawValue: $0.rawValue + 1) } ?? RunColumn.allCases.first
    }

    /// Reverses the order.
    mutating func reverse() { isAscending.toggle() }

    /// Such as `loss, ascending`.
    var text: String {
        guard let column else { return isAscending ? "newest first" : "oldest first" }
        return "\(column.title), \(isAscending ? "ascending" : "descending")"
    }

    /// The places of runs that are given newest first, in this order.
    func sorted(_ runs: RunRows, at now: Date) -> [Int] {
        guard let column else { return isAscending ? Array(runs.indices) : runs.indices.reversed() }
        return column.sorted(runs, isAscending: isAscending, at: now)
    }
}

extension RunSummary {
    /// The learning rate that was set, else that of the last step.
    var peakLearningRate: Double? {
        parameters["learning_rate"].flatMap(Double.init) ?? learningRate
    }

    /// Seconds from the start to the end, or to now while it is live.
    func duration(at now: Date) -> Double? {
        guard let startedAt else { return nil }
        guard let end = endedAt ?? (status.isLive ? now : lastActivityAt) else { return nil }
        return max(0, end.timeIntervalSince(startedAt))
    }
}
