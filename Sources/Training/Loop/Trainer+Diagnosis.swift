import Datasets
import Tensors
import Transformer

extension Trainer {
    /// Why a step's loss or gradient is not finite: the first bad tensor and the rows.
    ///
    /// `gradients` are those of the step.
    func diagnosis(step: Int, loss: Double, norm: Double) throws -> String {
        let what = "The run diverged at step \(step): loss \(loss), gradient norm \(norm)."
        for microbatch in plan.batches.step(step).microbatches {
            let examples = examples(microbatch)
            guard !examples.isEmpty else { continue }
            let found = try pass.firstNonFinite(in: TokenBatch(examples), adapter: weights.adapter)
            if let found {
                return "\(what) The first bad tensor is \(found.tensor)"
                    + Self.text(found.sequences.map { examples[$0].source })
            }
        }
        // The forward pass is finite, so it is a gradient.
        let bad = weights.parts.first { part in
            !part.range.allSatisfy { gradients.pointer[$0].isFinite }
        }
        guard let bad else { return what }
        return "\(what) The first bad tensor is the gradient of \(bad.name)"
            + Self.text(try rowsWithBadGradients(step: step))
    }

    /// The rows whose gradients are not finite by themselves.
    private func rowsWithBadGradients(step: Int) throws -> [RecordSource] {
        try plan.batches.step(step).microbatches.flatMap(examples).filter { example in
            gradients.clear()
            guard example.targetCount > 0 else { return false }
            _ = try pass.lossAndGradients(
                TokenBatch([example]),
                adapter: weights.adapter,
                gradients: gradients,
                targetCount: example.targetCount
            )
            return !optimizer.norm(of: gradients).isFinite
        }
        .map(\.source)
    }

    private static func text(_ rows: [RecordSource]) -> String {
        guard let first = rows.first else { return "." }
        let more = rows.count > 3 ? " and \(rows.count - 3) more" : ""
        let names = rows.prefix(3).map(\.description).joined(separator: ", ")
        return first.file.isEmpty
            ? "." : ", in \(rows.count == 1 ? "row" : "rows") \(names)\(more)."
    }
}
