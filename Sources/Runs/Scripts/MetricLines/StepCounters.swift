/// Finds the step that a line belongs to, from the counters and steps of the lines so far.
struct StepCounters {
    /// A counter and where it continues after it began again, such as a bar of each epoch.
    private struct Course {
        var base = 0
        var done = 0
        var total: Int?
    }

    private static let maxCounters = 400
    /// Sums of hostile numbers stay below it.
    private static let maxBase = 1 << 60

    /// The counters, by what they count and up to which number.
    private var courses: [String: Course] = [:]
    /// The counter that was noted last.
    private var newest: String?
    /// The counter that counts the steps of metrics.
    private var main: String?
    private var mainSecondsPerStep: Double?
    /// The newest epoch and step of lines that name both, and what a step counts from.
    private var epoch = 0.0
    private var explicitStep: Int?
    private var explicitBase = 0

    /// The time of a step of the counter of steps, if a bar says it.
    var secondsPerStep: Double? { main == nil ? nil : mainSecondsPerStep }

    /// How far the counter of steps is; nil if it began again.
    var progress: (done: Int, total: Int)? {
        guard let main, let course = courses[main], course.base == 0, let total = course.total
        else { return nil }
        return (course.done, total)
    }

    /// Follows a counter; returns its step and whether it counts the steps of metrics.
    @discardableResult
    mutating func note(
        _ counter: LineFields.Counter,
        _ secondsPerStep: Double?
    ) -> (step: Int, isMain: Bool, isEnded: Bool) {
        let key = Self.key(counter)
        let isEnded = counter.total.map { counter.done >= $0 } ?? false
        guard courses[key] != nil || courses.count < Self.maxCounters else {
            return (counter.done, false, isEnded)
        }
        var course = courses[key] ?? Course()
        // It began again: another epoch.
        if counter.done < course.done {
            course.base = min(course.base + max(course.total ?? 0, course.done), Self.maxBase)
        }
        course.done = counter.done
        course.total = counter.total
        courses[key] = course
        newest = key
        if main == nil || key == main, let secondsPerStep { mainSecondsPerStep = secondsPerStep }
        return (course.base + course.done, key == main, isEnded)
    }

    /// Lets a counter count the steps of metrics; without one the last, if none does so far.
    mutating func chooseMain(_ counter: LineFields.Counter? = nil) {
        if let counter { main = Self.key(counter) } else if main == nil { main = newest }
    }

    /// Whether the counter's next value is the step of a line, which names none itself.
    func decides(_ fields: LineFields) -> Bool {
        main != nil && fields.step == nil && fields.counter == nil && explicitStep == nil
    }

    /// The step of a line; nil to count.
    ///
    /// - Parameter former: The last step of its metrics.
    mutating func step(of fields: LineFields, after former: Int?) -> Int? {
        if let step = fields.step {
            // Steps that begin again in each epoch continue.
            if let last = explicitStep, let next = fields.epoch, next > epoch, step < last {
                explicitBase = min(explicitBase + last, Self.maxBase)
            }
            explicitStep = step
        }
        noteEpoch(of: fields)
        if fields.step == nil, let counter = fields.counter {
            return courses[Self.key(counter)].map { $0.base + $0.done }
        }
        // A line without a step, such as a loss after an epoch, belongs to the last one.
        if let explicitStep { return explicitBase + explicitStep }
        if let main, let course = courses[main] {
            // Where a bar is not repainted, a name still does not get the same step twice.
            return max(course.base + course.done, former.map { $0 + 1 } ?? 0)
        }
        return fields.epoch.flatMap(LineFields.integer)
    }

    /// Remembers the epoch of a line.
    mutating func noteEpoch(of fields: LineFields) {
        if let next = fields.epoch { epoch = next }
    }

    /// Bars without a text, such as the Trainer's for training and evaluation, differ in their totals.
    private static func key(_ counter: LineFields.Counter) -> String {
        "\(counter.label)/\(counter.total.map(String.init) ?? "")"
    }
}
