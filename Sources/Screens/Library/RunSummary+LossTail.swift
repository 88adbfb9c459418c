import Runs
import Workspace

extension RunSummary {
    /// The maximum length of the tail; the store reduces a curve to half as many values.
    private static let tailCapacity = 64

    /// Steps per value of the tail, estimated from the summary.
    var stepsPerTailValue: Double {
        lossTail.isEmpty ? 1 : max(1, Double(stepsDone) / Double(lossTail.count))
    }

    /// Adds a step's loss to the tail, which is the whole curve in a few evenly spaced values.
    ///
    /// - Parameter stepsPerValue: Steps per value; doubled when every second value is dropped.
    mutating func extendTail(_ loss: Double, at step: Int, stepsPerValue: inout Double) {
        guard Double(step) >= Double(lossTail.count) * stepsPerValue else {
            if !lossTail.isEmpty { lossTail[lossTail.count - 1] = loss }
            return
        }
        if lossTail.count >= Self.tailCapacity {
            // The later of every two, because each value is the last of its steps.
            lossTail = stride(from: 1, to: lossTail.count, by: 2).map { lossTail[$0] }
            stepsPerValue *= 2
        }
        lossTail.append(loss)
    }
}
