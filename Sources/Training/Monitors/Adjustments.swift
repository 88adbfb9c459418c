/// The changes that monitors made to a run: part of every checkpoint, since the results depend on
/// them.
struct Adjustments: Codable, Equatable {
    /// The factor of the schedule's learning rate.
    var rateFactor = 1.0
    /// The indices of the examples that are left out, ascending.
    var leftOut: [Int] = []
    /// How often the run went back to a checkpoint.
    var returns = 0

    /// A run that goes back more often than this fails.
    static let maxReturns = 5

    /// Leaves out more examples.
    mutating func leaveOut(_ examples: some Sequence<Int>) {
        leftOut = Set(leftOut).union(examples).sorted()
    }
}
