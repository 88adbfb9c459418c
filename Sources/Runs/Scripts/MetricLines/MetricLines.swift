/// Reads metrics from the lines that a program prints.
///
/// It knows objects of JSON, dictionaries as Python prints them (Hugging Face's Trainer, TRL,
/// axolotl), progress bars of tqdm (also Lightning's) and Keras, llama.cpp's lines, and names with
/// numbers such as `step=12 loss=2.31`. Lines that say nothing of this kind yield nothing.
///
/// The step of a metric is a field such as `step` of its line; else a position such as `12/300` of
/// the line or of the progress bar around it; else a whole `epoch`; else metrics of a name are
/// counted, from 0.
package struct MetricLines {
    /// The number of names that are kept.
    package static let maxNames = 400
    private static let secondsPerStep = "seconds_per_step"

    /// A bar's values, which are those of a step only once the next step begins.
    private struct Pending {
        var step: Int
        var fields: LineFields
    }

    /// The last step and value of each name.
    private var last: [String: (step: Int, value: Double)] = [:]
    private var counters = StepCounters()
    private var pending: Pending?
    /// Lines whose steps follow from the next repaints of the bar.
    private var held = HeldLines()

    package init() {}

    /// Reads a line, without its end.
    ///
    /// - Parameter isUpdate: Whether it is the state of a line that is still overwritten; one without
    ///   bytes was cleared.
    package mutating func read(
        _ line: some Sequence<UInt8>,
        isUpdate: Bool = false
    ) -> MetricReading {
        let line = PlainLine.bytes(line)
        guard !line.isEmpty else {
            if isUpdate { held.noteClear() }
            return MetricReading()
        }
        if let chunks = LlamaLine.chunks(in: line) { return reading(ofChunks: chunks) }
        if let value = LlamaLine.finalEstimate(in: line) {
            return take(LineFields(values: [("ppl", value)]))
        }
        if let bar = LlamaLine.bar(in: line) { return take(bar: bar) }
        var rest = line
        var fields = LineFields()
        let bar = ProgressBarLine.fields(in: line)
        if let bar {
            fields = bar.fields
            rest = bar.rest
        }
        if let dictionary = DictionaryLine.fields(in: rest) {
            // A line that follows a bar without a line end is one of its own.
            var reading = bar == nil ? MetricReading() : take(bar: fields)
            let own = take(dictionary)
            reading.metrics += own.metrics
            return reading
        }
        let isTqdm = fields.counter != nil && fields.counter?.label != "keras"
        if !isTqdm { fields.merge(NamedNumbers.fields(in: rest)) }
        return bar == nil ? take(fields) : take(bar: fields)
    }

    /// The values of a bar that were held back; call it at the end of the output.
    package mutating func finish() -> MetricReading {
        var reading = MetricReading()
        flush(into: &reading)
        add(held.removeAll(), to: &reading)
        return reading
    }

    /// Begins another attempt at the same work: bars begin again, counts continue.
    package mutating func restart() {
        counters = StepCounters()
        pending = nil
        held = HeldLines()
    }

    // MARK: - Lines

    private mutating func take(_ fields: LineFields) -> MetricReading {
        var reading = MetricReading()
        guard !fields.isEmpty else { return reading }
        if let counter = fields.counter { counters.note(counter, fields.secondsPerStep) }
        reading.total = fields.totalSteps
        guard !fields.values.isEmpty else {
            counters.noteEpoch(of: fields)
            return reading
        }
        flush(into: &reading)
        add(held.removeLate(), to: &reading)
        if !fields.isEvaluation { counters.chooseMain() }
        if counters.decides(fields) { held.append(fields) } else { add(fields, to: &reading) }
        addProgress(to: &reading)
        return reading
    }

    private mutating func add(_ lines: [HeldLines.Line], to reading: inout MetricReading) {
        for line in lines { add(line.fields, at: line.step, to: &reading) }
    }

    /// - Parameter barStep: The step of the bar that belongs to the line, if it is known.
    private mutating func add(
        _ fields: LineFields,
        at barStep: Int? = nil,
        to reading: inout MetricReading
    ) {
        var values = fields.values
        if let epoch = fields.epoch { values.append(("epoch", epoch)) }
        if let seconds = counters.secondsPerStep, !fields.isEvaluation,
            !values.contains(where: { $0.name == Self.secondsPerStep })
        {
            values.append((Self.secondsPerStep, seconds))
        }
        let former = fields.values.compactMap { last[$0.name]?.step }.max()
        let step = counters.step(of: fields, after: former)
        // A name does not get the same step twice.
        add(values, at: barStep.map { max($0, former.map { $0 + 1 } ?? 0) } ?? step, to: &reading)
    }

    private mutating func take(bar fields: LineFields) -> MetricReading {
        var reading = MetricReading()
        guard let counter = fields.counter else { return reading }
        let course = counters.note(counter, fields.secondsPerStep)
        if course.isMain { add(held.removeAtRepaint(course.step), to: &reading) }
        guard !fields.values.isEmpty else {
            if course.isMain { addProgress(to: &reading) }
            return reading
        }
        if !fields.isEvaluation { counters.chooseMain(counter) }
        if let held = pending, held.step != course.step { flush(into: &reading) }
        var held = fields
        if let seconds = fields.secondsPerStep {
            held.values.append((Self.secondsPerStep, seconds))
        }
        // The last repaint of a step has its values.
        pending = Pending(step: course.step, fields: held)
        if course.isEnded { flush(into: &reading) }
        addProgress(to: &reading)
        return reading
    }

    private mutating func reading(ofChunks chunks: [(chunk: Int, value: Double)]) -> MetricReading {
        var reading = MetricReading()
        for chunk in chunks { add([("ppl", chunk.value)], at: chunk.chunk, to: &reading) }
        return reading
    }

    private mutating func flush(into reading: inout MetricReading) {
        guard let held = pending else { return }
        pending = nil
        add(held.fields.values, at: held.step, to: &reading)
    }

    /// - Parameter step: Nil to count.
    private mutating func add(
        _ values: [(name: String, value: Double)],
        at step: Int?,
        to reading: inout MetricReading
    ) {
        for (name, value) in values {
            let former = last[name]
            guard former != nil || last.count < Self.maxNames else { continue }
            let next = step ?? former.map { $0.step + 1 } ?? 0
            // The last repaint of a bar often comes twice.
            if let former, step != nil, former.step == next, former.value == value { continue }
            last[name] = (next, value)
            reading.metrics.append(PrintedMetric(name, value, step: next))
        }
    }

    private func addProgress(to reading: inout MetricReading) {
        guard let progress = counters.progress else { return }
        reading.done = progress.done
        reading.total = reading.total ?? progress.total
    }
}

extension LineFields {
    fileprivate init(values: [(name: String, value: Double)]) {
        self.init()
        self.values = values
    }

    /// Whether all values are those of an evaluation, whose bar does not count steps.
    fileprivate var isEvaluation: Bool {
        values.allSatisfy { value in
            ["eval", "val", "test", "valid"].contains { value.name.hasPrefix($0) }
        }
    }
}
