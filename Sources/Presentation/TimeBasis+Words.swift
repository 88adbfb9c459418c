import Runs

extension TimeBasis {
    /// What a time rests on, in words.
    package var words: String {
        switch self {
        case .measured: "measured here"
        case .remembered: "measured here before"
        case .scaled: "scaled from a measurement"
        }
    }
}
