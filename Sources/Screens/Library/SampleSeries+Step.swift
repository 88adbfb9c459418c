import TerminalUI

extension SampleSeries {
    /// Adds the value of a step if it is newer than all others; false if steps between are missing.
    mutating func append(step: Int, value: Double) -> Bool {
        let last = xs.last.map { Int($0) } ?? -1
        guard step > last else { return true }
        append(x: Double(step), y: value)
        return step == last + 1
    }
}
