/// What a forecast of time rests on.
public enum TimeBasis: String, Codable, Equatable, Sendable {
    /// It was measured for this forecast.
    case measured
    /// It was measured before, for the same work on this machine at its present speed.
    case remembered
    /// It is scaled from a measurement of other work, or at another speed of the machine.
    case scaled
}
