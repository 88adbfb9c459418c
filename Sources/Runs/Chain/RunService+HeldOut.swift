import ModelFiles
import Platform
import Training
import Transformer

extension RunService {
    /// The mean loss over a request's held-out data, with another run's result; nil without held-out
    /// data.
    ///
    /// Blocks, and computes.
    ///
    /// - Parameter result: An adapter's folder on the request's model, or a model's file.
    func heldOutLoss(
        _ request: TrainingRequest,
        with result: String,
        isCancelled: () -> Bool = { false }
    ) throws -> Double? {
        try RunError.translating {
            var request = request
            request.initialAdapter = nil
            request.method = nil
            let isModel = result.hasSuffix(".gguf")
            if isModel { request.model = result }
            let inputs = try withoutActuallyEscaping(isCancelled) { isCancelled in
                try self.inputs(for: request, isLinting: false, isCancelled: isCancelled)
            }
            let adapter =
                isModel ? nil : try LoRA(AdapterFile.read(folder: result), for: inputs.model)
            return try HeldOutLoss(inputs.model, adapter, inputs.configuration)
                .mean(over: inputs.evaluation, isCancelled: isCancelled)
        }
    }
}
