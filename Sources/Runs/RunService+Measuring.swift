import Datasets
import ModelFiles
import Platform
import Tracking
package import Training
import Transformer

/// The loss of a model on rows that it was not trained on.
package struct HeldOutMeasurement: Equatable, Sendable {
    /// The mean of -log p over all targets, in nats.
    package var loss: Double
    /// The number of rows.
    package var rows: Int
    /// The number of tokens that the loss counts.
    package var targets: Int
}

extension RunService {
    /// Measures a model on the held-out rows that a request names.
    ///
    /// Blocks, and computes.
    ///
    /// - Parameter request: Its model, adapter, data, held-out share and sequence length count.
    /// - Throws: ``RunError`` with the code `invalid` if nothing is held out.
    package func measure(
        _ request: TrainingRequest,
        isCancelled: @escaping @Sendable () -> Bool = { false }
    ) throws -> HeldOutMeasurement {
        try RunError.translating {
            var request = request
            request.method = nil
            let inputs = try inputs(for: request, isLinting: false, isCancelled: isCancelled)
            let adapter = try inputs.request.initialAdapter.map {
                try LoRA(
                    AdapterFile.read(path: $0, for: inputs.model.configuration),
                    for: inputs.model
                )
            }
            let mean = try HeldOutLoss(inputs.model, adapter, inputs.configuration)
                .mean(over: inputs.evaluation, isCancelled: isCancelled)
            guard let mean else {
                throw RunError(
                    .invalid,
                    "No rows of \(inputs.dataset.name) are held out.",
                    hint: "Give `eval_split`, or hold rows out with `data.prepare`."
                )
            }
            return HeldOutMeasurement(
                loss: mean,
                rows: inputs.evaluation.count,
                targets: inputs.evaluation.reduce(0) { $0 + $1.targetCount }
            )
        }
    }

    /// The run whose result is at a path, or below whose artifacts it is.
    package func run(at path: String) throws -> RunSummary? {
        try run(ofResult: path).map { try summary($0.id) }
    }
}
