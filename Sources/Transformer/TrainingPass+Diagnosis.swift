internal import ModelFiles
internal import Tensors

/// The first number in a pass that is not finite.
public struct NonFinite: Sendable, Equatable {
    /// The tensor that contains it.
    public let tensor: String
    /// The indices of the batch's sequences that contain it; empty if it is in a weight.
    public let sequences: [Int]
}

extension TrainingPass {
    /// Finds the first tensor of a forward pass that contains a number that is not finite.
    ///
    /// It runs after a loss that is not a number, and takes as long as the pass itself.
    ///
    /// - Returns: nil if every number of the forward pass is finite.
    public func firstNonFinite(in batch: TokenBatch, adapter: LoRA?) throws -> NonFinite? {
        let weights =
            adapter.map(TrainedWeights.adapter)
            ?? forward.model.parameters.map(TrainedWeights.model)
        if let weights,
            let part = weights.parts.first(where: { !isFinite(weights.buffer, $0.range) })
        {
            return NonFinite(tensor: part.name, sequences: [])
        }
        try forward.model.check(batch.tokens)
        forward.dropout = nil
        for piece in pieces(of: batch, sharingPrefixes: false) {
            if let found = try firstNonFinite(piece, adapter) {
                let skipped = batch.segments.count { $0.upperBound <= piece.firstRow }
                return NonFinite(
                    tensor: found.tensor,
                    sequences: found.sequences.map { $0 + skipped }
                )
            }
        }
        return nil
    }

    private func firstNonFinite(_ piece: BatchPiece, _ adapter: LoRA?) throws -> NonFinite? {
        let sizes = forward.model.configuration
        let T = piece.batch.tokens.count
        let saved = activations[0]
        let segments = piece.segments
        let (C, F) = (sizes.width, sizes.feedForwardWidth)
        let (HD, KD) = (
            sizes.headCount * sizes.headWidth, sizes.keyValueHeadCount * sizes.headWidth
        )
        func look(_ name: String, _ numbers: Floats, _ width: Int) -> NonFinite? {
            let bad = piece.batch.segments.indices.filter { index in
                let rows = piece.batch.segments[index]
                let start = numbers + rows.lowerBound * width
                return !(0..<rows.count * width).allSatisfy { start[$0].isFinite }
            }
            return bad.isEmpty ? nil : NonFinite(tensor: name, sequences: bad)
        }
        forward.setPositions(segments)
        forward.embedding.forward(piece.batch.tokens, into: saved.x)
        if let found = look(
            TensorRole.tokenEmbedding.checkpointName(layer: 0, in: sizes.traits),
            saved.x,
            C
        ) {
            return found
        }
        for layer in 0..<sizes.layerCount {
            forward.layer(
                layer,
                saved,
                out: last.pointer,
                T: T,
                segments: segments,
                groups: [RowGroup(rows: 0..<T, adapter: adapter)]
            )
            let outputs: [(Projection, Floats, Int)] = [
                (.query, saved.query, HD), (.key, saved.key, KD), (.value, saved.value, KD),
                (.output, saved.middle, C), (.gate, saved.gate, F), (.up, saved.up, F),
                (.down, last.pointer, C),
            ]
            for (projection, numbers, width) in outputs {
                let fused = Projection.fused(in: sizes).first { $0.contains(projection) }
                guard let role = (fused?.first ?? projection).role(sizes) else { continue }
                let module = role.checkpointName(layer: layer, in: sizes.traits)
                    .replacing(".weight", with: "")
                if let found = look("the output of \(module)", numbers, width) {
                    return found
                }
            }
            saved.x.update(from: last.pointer, count: T * C)
        }
        return nil
    }

    private func isFinite(_ buffer: FloatBuffer, _ range: Range<Int>) -> Bool {
        range.allSatisfy { buffer.pointer[$0].isFinite }
    }
}
