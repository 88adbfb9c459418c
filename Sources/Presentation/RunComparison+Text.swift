package import Runs

extension RunComparison.Row {
    /// The row of a metric with its values as text: integers as they are, memory in bytes, other
    /// numbers with four significant digits.
    package var formatted: RunComparison.Row {
        var row = self
        row.values = values.map { text in
            guard let text, let number = Double(text) else { return text }
            if let whole = Int(exactly: number), abs(number) < 1e15 {
                return key == MetricName.residentBytes
                    ? Figures.bytes(Int64(whole)) : "\(whole)"
            }
            return Figures.significant(number, digits: 4)
        }
        return row
    }

    /// The key and the values, the best marked with a star.
    package func cells(none: String = Figures.none) -> [String] {
        [key]
            + values.enumerated().map { index, value in
                (value ?? none) + (best.contains(index) ? " *" : "")
            }
    }
}

extension TextTable {
    /// Appends the rows of a comparison: the differing parameters, then the metrics.
    package mutating func add(
        differing parameters: [RunComparison.Row],
        metrics: [RunComparison.Row]
    ) {
        for row in parameters + metrics.map(\.formatted) { add(row.cells()) }
    }
}
