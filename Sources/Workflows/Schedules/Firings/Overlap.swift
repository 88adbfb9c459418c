extension FlowSchedule.Overlap {
    /// What happens with a firing.
    package struct Decision: Sendable, Equatable {
        /// What happens with the firing itself.
        package enum Step: Sendable, Equatable {
            /// It starts now.
            case start
            /// It starts when no earlier flow run is live.
            case wait
            /// It is left out, for a reason in words.
            case drop(String)
        }

        /// What happens with the firing itself.
        package var step: Step
        /// The flow runs that are ended before.
        package var ends: [String] = []
        /// Whether they are ended at once, without their grace.
        package var isAbrupt = false
        /// Whether the firings that wait are left out in favour of this one.
        package var replacesWaiting = false

        /// Creates a decision that ends nothing.
        package init(step: Step) { self.step = step }
    }

    /// Whether only the last of several times that are due at once, after a downtime, starts.
    var keepsLastOnly: Bool {
        switch self {
        case .skip, .cancelOther, .terminateOther: true
        case .bufferOne, .bufferAll, .allow: false
        }
    }

    /// Decides what happens with a firing.
    ///
    /// - Parameters:
    ///   - live: The flow runs of the schedule that have not ended, the oldest first.
    ///   - waiting: How many earlier firings wait.
    package func decide(live: [String], waiting: Int) -> Decision {
        guard let oldest = live.first else {
            return Decision(step: waiting == 0 || self == .allow ? .start : .wait)
        }
        switch self {
        case .allow: return Decision(step: .start)
        case .skip:
            return Decision(step: .drop("The flow run \(oldest.prefix(8)) had not ended."))
        case .bufferOne:
            guard waiting > 0 else { return Decision(step: .wait) }
            return Decision(step: .drop("Another one waited already."))
        case .bufferAll: return Decision(step: .wait)
        case .cancelOther, .terminateOther:
            var decision = Decision(step: .wait)
            decision.ends = live
            decision.isAbrupt = self == .terminateOther
            decision.replacesWaiting = true
            return decision
        }
    }
}
