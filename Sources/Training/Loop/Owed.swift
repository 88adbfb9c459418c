/// What comes after a step and before the next one; part of a checkpoint, since a run may be stopped
/// before it is done.
struct Owed: OptionSet, Codable, Equatable {
    let rawValue: Int

    /// To look whether what the last step left computes.
    static let look = Owed(rawValue: 1)
    /// The held-out data is to be evaluated.
    static let evaluation = Owed(rawValue: 2)
    /// The model is to be asked.
    static let answers = Owed(rawValue: 4)

    static let all: Owed = [.look, .evaluation, .answers]
}
