extension Checkpoint.State {
    /// More than any machine computes.
    private static let maxCounted = 1 << 60

    /// A value that no run writes, in words: the file was edited by hand and its manifest
    /// rewritten.
    ///
    /// A resumed run continues to count from these values, so all of them are checked first.
    var flaw: String? {
        if !(0...Self.maxCounted).contains(completedSteps) { return "\(completedSteps) steps" }
        if !(0...Self.maxCounted).contains(tokens) { return "\(tokens) tokens" }
        if !elapsedSeconds.isFinite || elapsedSeconds < 0 { return "\(elapsedSeconds) seconds" }
        if let best = bestEvaluation {
            if !(0...completedSteps).contains(best.step) { return "a best step \(best.step)" }
            if !best.loss.isFinite { return "a best loss \(best.loss)" }
        }
        if let owed, !PendingWork.all.isSuperset(of: owed) {
            return "unknown work \(owed.rawValue)"
        }
        return adjustments?.flaw ?? course?.flaw
    }
}

extension Adjustments {
    /// A value that no run writes, in words.
    var flaw: String? {
        if !(rateFactor > 0 && rateFactor <= 1) { return "a rate factor \(rateFactor)" }
        if !(0...Self.maxReturns).contains(returns) { return "\(returns) returns" }
        let isAscending = zip(leftOut, leftOut.dropFirst()).allSatisfy { $0 < $1 }
        return isAscending && leftOut.first ?? 0 >= 0 ? nil : "rows left out that are none"
    }
}
