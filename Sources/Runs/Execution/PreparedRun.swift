package import Tracking
import Training

/// A run in the store that this process holds, with everything read that it is computed from.
package struct PreparedRun: Sendable {
    /// The run's row.
    package let record: RunRecord
    let inputs: TrainingInputs
    let hold: RunHold
    /// The checkpoint that it is resumed from; nil where it begins with the first step.
    let checkpoint: Checkpoint?
    /// How often this process had been asked to end its runs before it read all that.
    let stops: Int
    /// What the run is forecast to take; nil where it is resumed.
    var forecast: TrainingForecast?
}
