import Workspace

extension RunSummary {
    /// Values beyond which the tail is thinned out; a store reduces a curve to half as many.
    private static let tailCapacity = 64

    /// Steps that a value of the tail stands for, as far as the summary tells.
    var stepsPerTailValue: Double {
        lossTail.isEmpty ? 1 : max(1, Double(stepsDone) / Double(lossTail.count))
    }

    /// Takes a step's loss into the tail, which stays the whole curve in a few evenly spaced values.
    ///
    /// - Parameter stepsPerValue: Steps that a value stands for; doubled when the tail is thinned
    ///   out.
    mutating func extendTail(_ loss: Double, at step: Int, stepsPerValue: inout Double) {
        guard Double(step) >= Double(lossTail.count) * stepsPerValue else {
            if !lossTail.isEmpty { lossTail[lossTail.count - 1] = loss }
            return
        }
        if lossTail.count >= Self.tailCapacity {
            // The later one of every two: each value is the last of its steps.
            lossTail = stride(from: 1, to: lossTail.count, by: 2).map { lossTail[$0] }
            stepsPerValue *= 2
        }
        lossTail.append(loss)
    }
}
