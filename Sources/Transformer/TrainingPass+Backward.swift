internal import CKernels
internal import Glibc
internal import ModelFiles
public import Tensors

extension TrainingPass {
    /// The sum of -log p over the batch's targets, and the gradients of what is trained.
    ///
    /// - Parameters:
    ///   - batch: At most as many tokens as the pass has room for.
    ///   - adapter: The adapter in training, of the pass's shape; nil where the model itself is.
    ///   - gradients: As long as the parameters of the adapter, or of the model; the gradients of
    ///     loss / `targetCount` are added to it.
    ///   - targetCount: The targets of the whole optimizer step, the divisor
    ///     that makes the step's loss a mean.
    ///   - dropout: Which adapter inputs are left out; nil for none.
    ///   - isCancelled: Asked before every layer, forward and backward.
    /// - Returns: The sum, not divided.
    /// - Throws: `CancellationError` if cancelled, `TransformerError` for a token
    ///   outside the vocabulary.
    public func lossAndGradients(
        _ batch: TokenBatch,
        adapter: LoRA?,
        gradients: FloatBuffer,
        targetCount: Int,
        dropout: Dropout? = nil,
        isCancelled: () -> Bool = { false }
    ) throws -> Double {
        precondition(
            adapter?.shape == configuration.shape,
            "the pass was made for another adapter"
        )
        let parameters = adapter?.parameters ?? forward.model.parameters?.buffer
        precondition(gradients.count == parameters?.count, "gradients of another size")
        precondition(targetCount >= 1, "a loss without targets")
        precondition(
            batch.tokens.count <= configuration.tokenCapacity,
            "a batch of \(batch.tokens.count) tokens, room for \(configuration.tokenCapacity)"
        )
        forward.dropout = dropout
        var sum = 0.0
        // What dropout leaves out differs from row to row, so that then nothing is alike.
        for piece in pieces(of: batch, sharingPrefixes: dropout == nil) {
            forward.firstRow = piece.firstRow
            try runForward(piece, adapter: adapter, isTraining: true, isCancelled)
            sum += head.loss(
                piece.batch,
                last: last.pointer,
                factor: lastFactor.pointer,
                pass: forward,
                gradient: gradient.pointer,
                weightGradients: adapter == nil ? gradients : nil,
                divisor: targetCount
            )
            let segments = piece.segments
            for layer in (0..<forward.model.layers.count).reversed() {
                if isCancelled() { throw CancellationError() }
                backward(
                    layer,
                    T: piece.batch.tokens.count,
                    segments: segments,
                    adapter: adapter,
                    gradients: gradients
                )
            }
            if adapter == nil { addEmbeddingGradient(piece.batch.tokens, gradients) }
        }
        return sum
    }

    /// Turns `gradient` from that of a layer's output into that of its input:
    /// `ForwardPass.layer`, read from bottom to top.
    private func backward(
        _ index: Int,
        T: Int,
        segments: [Segment],
        adapter: LoRA?,
        gradients: FloatBuffer
    ) {
        let saved = activations(of: index, T: T, segments: segments, adapter: adapter)
        let model = forward.model
        let layer = model.layers[index]
        let configuration = model.configuration
        let (C, F) = (configuration.width, configuration.feedForwardWidth)
        let (H, K) = (configuration.headCount, configuration.keyValueHeadCount)
        let (HD, KD) = (H * configuration.headWidth, K * configuration.headWidth)
        let products = forward.products
        let normed = forward.normed.pointer
        let term = { (projection: Projection, dy: Floats) in
            self.forward.term(
                index,
                projection,
                y: dy,
                saved: saved,
                adapter: adapter,
                gradients: gradients
            )
        }
        let trained = adapter == nil ? gradients : nil
        let weightGradient = { (role: TensorRole) in
            trained.flatMap { self.forward.weightGradient(role, index, in: $0) }
        }

        // out = middle + down(hidden): gradient is that of both.
        forward.activate(saved, T: T)
        clear(dHidden, T * F)
        products.backward(
            [term(.down, gradient.pointer)],
            dx: dHidden.pointer,
            x: forward.hidden.pointer,
            T: T,
            K: F,
            innerGradient: dInner
        )
        forward.workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound * F
            wb_swiglu_backward(
                dGate.pointer + start,
                dUp.pointer + start,
                dHidden.pointer + start,
                saved.gate + start,
                saved.up + start,
                rows.count * F
            )
        }
        forward.norm(normed, saved.feedForwardFactor, saved.middle, layer.feedForwardNorm, T: T)
        clear(dNormed, T * C)
        products.backward(
            [term(.gate, dGate.pointer), term(.up, dUp.pointer)],
            dx: dNormed.pointer,
            x: normed,
            T: T,
            K: C,
            innerGradient: dInner
        )
        addNormGradient(
            gradient.pointer,
            dNormed.pointer,
            saved.middle,
            layer.feedForwardNorm,
            saved.feedForwardFactor,
            T: T,
            weightGradient: weightGradient(.feedForwardNorm)
        )

        // middle = x + output(attended).
        clear(dAttended, T * HD)
        products.backward(
            [term(.output, gradient.pointer)],
            dx: dAttended.pointer,
            x: saved.attended,
            T: T,
            K: HD,
            innerGradient: dInner
        )
        forward.attention.backward(
            dquery: dQuery.pointer,
            dkey: dKey.pointer,
            dvalue: dValue.pointer,
            dout: dAttended.pointer,
            saved: saved.attention,
            segments: segments
        )
        forward.rotate(dQuery.pointer, heads: H, T: T, direction: -1)
        forward.rotate(dKey.pointer, heads: K, T: T, direction: -1)
        forward.norm(normed, saved.attentionFactor, saved.x, layer.attentionNorm, T: T)
        var (dquery, dkey) = (dQuery.pointer, dKey.pointer)
        if let weights = layer.headNorms, let norms = saved.headNorms {
            let (raw, rawKey) = (dHeadNorms.pointer, dHeadNorms.pointer + T * HD)
            clear(dHeadNorms, T * (HD + KD))
            addNormGradient(
                raw,
                dquery,
                norms.query,
                weights.query,
                norms.queryFactor,
                T: T * H,
                weightGradient: weightGradient(.queryNorm)
            )
            addNormGradient(
                rawKey,
                dkey,
                norms.key,
                weights.key,
                norms.keyFactor,
                T: T * K,
                weightGradient: weightGradient(.keyNorm)
            )
            (dquery, dkey) = (raw, rawKey)
        }
        if layer.biases != nil {
            addBiasGradient(weightGradient(.queryBias), dquery, T: T, width: HD)
            addBiasGradient(weightGradient(.keyBias), dkey, T: T, width: KD)
            addBiasGradient(weightGradient(.valueBias), dValue.pointer, T: T, width: KD)
        }
        // No adapter lies below the first layer, so there its input needs no gradient.
        let needsInputGradient = index > 0 || trained != nil
        clear(dNormed, T * C)
        products.backward(
            [term(.query, dquery), term(.key, dkey), term(.value, dValue.pointer)],
            dx: needsInputGradient ? dNormed.pointer : nil,
            x: normed,
            T: T,
            K: C,
            innerGradient: dInner
        )
        if needsInputGradient {
            addNormGradient(
                gradient.pointer,
                dNormed.pointer,
                saved.x,
                layer.attentionNorm,
                saved.attentionFactor,
                T: T,
                weightGradient: weightGradient(.attentionNorm)
            )
        }
    }

    /// dx += the gradient of a norm of T rows, as long as its weight, whose output's is `dout`.
    ///
    /// So is that of the norm's weight, where it is trained.
    private func addNormGradient(
        _ dx: Floats,
        _ dout: Floats,
        _ x: Floats,
        _ weight: Weight,
        _ factor: Floats,
        T: Int,
        weightGradient: Floats?
    ) {
        let C = weight.columns
        forward.addNormWeightGradient(weightGradient, dout, x, factor, T: T, C: C)
        forward.workers.forEachRowTile(T) { rows in
            let start = rows.lowerBound
            wb_rms_norm_backward(
                dx + start * C,
                dout + start * C,
                x + start * C,
                weight.floats,
                factor + start,
                rows.count,
                C
            )
        }
    }

    /// The gradient of a bias is the sum of its outputs' over the tokens.
    private func addBiasGradient(_ gradient: Floats?, _ dout: Floats, T: Int, width: Int) {
        guard let gradient else { return }
        let columns = Tiles(width, by: 64)
        forward.workers.run(tiles: columns.count) { tile, _ in
            let start = columns[tile].lowerBound
            wb_add_rows(gradient + start, dout + start, T, columns[tile].count, width)
        }
    }

    /// Adds `gradient`, now that of the first layer's input, to the rows of the tokens.
    private func addEmbeddingGradient(_ tokens: [Int32], _ gradients: FloatBuffer) {
        guard let rows = forward.weightGradient(.tokenEmbedding, in: gradients) else { return }
        let C = forward.model.configuration.width
        let columns = Tiles(C, by: 64)
        // Threads share out columns, since a token may come several times.
        forward.workers.run(tiles: columns.count) { tile, _ in
            let start = columns[tile].lowerBound
            for (t, token) in tokens.enumerated() {
                let row = rows + Int(token) * C + start
                wb_add_scaled(row, 1, gradient.pointer + t * C + start, columns[tile].count)
            }
        }
    }

    private func clear(_ buffer: FloatBuffer, _ count: Int) {
        memset(buffer.pointer, 0, count * MemoryLayout<Float>.stride)
    }
}
