package import Tracking
import Training

/// A run in the store that this process holds, with its inputs.
package struct PreparedRun: Sendable {
    /// The run's row.
    package let record: RunRecord
    let inputs: TrainingInputs
    let hold: RunHold
    /// The checkpoint to resume from; nil for the first step.
    let checkpoint: Checkpoint?
    /// How often this process had been asked to end its runs before it read the inputs.
    let stops: Int
    /// The forecast of time and memory; nil for a resumed run.
    var forecast: TrainingForecast?
}
