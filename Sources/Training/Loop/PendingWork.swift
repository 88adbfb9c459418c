/// Work between two steps.
///
/// It is part of a checkpoint, since a run may be stopped before it is done.
struct PendingWork: OptionSet, Codable, Equatable {
    let rawValue: Int

    /// Check whether the weights after the last step are finite.
    static let look = PendingWork(rawValue: 1)
    /// Evaluate the held-out data.
    static let evaluation = PendingWork(rawValue: 2)
    /// Answer the prompts.
    static let answers = PendingWork(rawValue: 4)

    static let all: PendingWork = [.look, .evaluation, .answers]
}
