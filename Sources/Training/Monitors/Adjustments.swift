/// What monitors have changed about a run: part of every checkpoint, since the results depend
/// on it.
struct Adjustments: Codable, Equatable {
    /// What the schedule's learning rate is multiplied by.
    var rateFactor = 1.0
    /// The numbers of the examples that are left out, ascending.
    var leftOut: [Int] = []
    /// How often the run went back to a checkpoint.
    var returns = 0

    /// A run that has to go back more often than this fails.
    static let maxReturns = 5

    /// Leaves out more examples.
    mutating func leaveOut(_ examples: some Sequence<Int>) {
        leftOut = Set(leftOut).union(examples).sorted()
    }
}
