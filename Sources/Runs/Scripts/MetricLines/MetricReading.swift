/// A metric that a program printed.
package struct PrintedMetric: Equatable, Sendable {
    /// The name, which the store accepts.
    package var name: String
    /// The value; it may be NaN or infinite.
    package var value: Double
    /// The step, as printed or counted.
    package var step: Int

    package init(_ name: String, _ value: Double, step: Int) {
        self.name = name
        self.value = value
        self.step = step
    }

    /// Whether both are the same; NaN equals NaN.
    package static func == (left: PrintedMetric, right: PrintedMetric) -> Bool {
        left.name == right.name && left.step == right.step
            && (left.value == right.value || left.value.isNaN && right.value.isNaN)
    }
}

/// What a line of a program's output says about its course.
package struct MetricReading: Equatable, Sendable {
    /// The metrics, in the order of the line.
    package var metrics: [PrintedMetric] = []
    /// The number of steps that are done, if the line says it.
    package var done: Int?
    /// The number of all steps, if the line says it.
    package var total: Int?

    package init() {}
}

/// What a line contains, before its step is known.
struct LineFields {
    /// A position out of a total, such as `12/300`.
    struct Counter: Equatable {
        /// What is counted; counters with other labels count something else.
        var label: String
        var done: Int
        var total: Int?
    }

    /// Names and values, in the order of the line.
    var values: [(name: String, value: Double)] = []
    /// The value of a field such as `step`.
    var step: Int?
    /// The value of a field such as `epoch`.
    var epoch: Double?
    /// The number of all steps, if a field says it.
    var totalSteps: Int?
    var counter: Counter?
    /// The time of a step, of a progress bar.
    var secondsPerStep: Double?

    var isEmpty: Bool { values.isEmpty && step == nil && epoch == nil && counter == nil }

    /// The number of values of one line that are read.
    static let maxValues = 256

    /// Adds a field under a name as printed; names of steps are no metrics.
    mutating func add(_ printed: String, _ value: Double) {
        guard values.count < Self.maxValues else { return }
        switch FieldRole(printed, value) {
        case .step: step = step ?? Self.integer(value)
        case .epoch: epoch = epoch ?? value
        case .total: totalSteps = Self.integer(value)
        case .ignored: break
        case .metric(let name):
            guard !values.contains(where: { $0.name == name }) else { return }
            values.append((name, value))
        }
    }

    /// Adds the fields of another part of the line; those that are there already stay.
    mutating func merge(_ other: LineFields) {
        for value in other.values where !values.contains(where: { $0.name == value.name }) {
            if values.count < Self.maxValues { values.append(value) }
        }
        step = step ?? other.step
        epoch = epoch ?? other.epoch
        totalSteps = totalSteps ?? other.totalSteps
        counter = counter ?? other.counter
        secondsPerStep = secondsPerStep ?? other.secondsPerStep
    }

    /// A whole number that is a possible step.
    static func integer(_ value: Double) -> Int? {
        guard value >= 0, value <= 1e15, value == value.rounded() else { return nil }
        return Int(value)
    }
}
