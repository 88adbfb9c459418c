internal import CKernels
internal import Glibc
internal import ModelFiles
public import Tensors

extension TrainingPass {
    /// The sum of -log p over the batch's targets, and the gradients of what is trained.
    ///
    /// - Parameters:
    ///   - batch: At most `tokenCapacity` tokens.
    ///   - adapter: The adapter in training, of the pass's shape; nil if the model itself is trained.
    ///   - gradients: As long as the parameters of the adapter, or of the model; the gradients of
    ///     loss / `targetCount` are added to it.
    ///   - targetCount: The targets of the whole optimizer step, the divisor
    ///     that makes the step's loss a mean.
    ///   - dropout: The adapters' dropout; nil for none.
    ///   - noise: Noise for the embeddings; nil for none.
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
        noise: EmbeddingNoise? = nil,
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
        // Dropout and noise differ from row to row, so then no prefix is shared.
        for piece in pieces(of: batch, sharingPrefixes: dropout == nil && noise == nil) {
            forward.firstRow = piece.firstRow
            try runForward(
                piece,
                adapter: adapter,
                isTraining: true,
                noise: noise,
                isCancelled
            )
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
            if adapter == nil,
                let rows = forward.weightGradient(.tokenEmbedding, in: gradients)
            {
                forward.embedding.backward(
                    piece.batch.tokens,
                    gradient.pointer,
                    gradient: rows
                )
            }
        }
        return sum
    }

    /// Turns `gradient`, of a layer's output, into that of its input: `ForwardPass.layer`, read from
    /// bottom to top.
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
        let (normed, hidden) = (forward.normed.pointer, forward.hidden.pointer)
        let (norm, bias) = (forward.normalization, forward.bias)
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
        forward.activation.forwardAgain(hidden, saved, T: T)
        var dout = forward.residual.backward(gradient.pointer, room: dNormed.pointer, T: T)
        if let weights = layer.postNorms, let norms = saved.postNorms {
            clear(dPostNorm, T * C)
            norm.backward(
                dPostNorm.pointer,
                dout,
                norms.feedForward,
                weights.feedForward,
                norms.feedForwardFactor,
                T: T,
                weightGradient: weightGradient(.feedForwardPostNorm)
            )
            dout = dPostNorm.pointer
        }
        products.backward(
            [term(.down, dout)],
            dx: dHidden.pointer,
            x: hidden,
            T: T,
            K: F,
            innerGradient: dInner
        )
        forward.activation.backward(
            dgate: dGate.pointer,
            dup: dUp.pointer,
            dout: dHidden.pointer,
            saved,
            T: T
        )
        norm.forward(normed, saved.feedForwardFactor, saved.middle, layer.feedForwardNorm, T: T)
        let all = forward.fusedRoom.pointer
        var halves = [term(.gate, forward.fusedFeedForward == nil ? dGate.pointer : all)]
        if let fused = forward.fusedFeedForward {
            fused.backward(
                all,
                from: [dGate.pointer, dUp.pointer],
                T: T
            )
        } else {
            halves.append(term(.up, dUp.pointer))
        }
        products.backward(
            halves,
            dx: dNormed.pointer,
            x: normed,
            T: T,
            K: C,
            innerGradient: dInner
        )
        norm.backward(
            gradient.pointer,
            dNormed.pointer,
            saved.middle,
            layer.feedForwardNorm,
            saved.feedForwardFactor,
            T: T,
            weightGradient: weightGradient(.feedForwardNorm)
        )

        // middle = x + output(attended).
        dout = forward.residual.backward(gradient.pointer, room: dNormed.pointer, T: T)
        if let weights = layer.postNorms, let norms = saved.postNorms {
            clear(dPostNorm, T * C)
            norm.backward(
                dPostNorm.pointer,
                dout,
                norms.attention,
                weights.attention,
                norms.attentionFactor,
                T: T,
                weightGradient: weightGradient(.attentionPostNorm)
            )
            dout = dPostNorm.pointer
        }
        products.backward(
            [term(.output, dout)],
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
            layer: index,
            segments: segments
        )
        for (dx, heads) in [(dQuery.pointer, H), (dKey.pointer, K)] {
            model.rotation.backward(
                dx,
                rows: forward.rotationRows,
                heads: heads,
                layer: index,
                T: T,
                on: forward.workers
            )
        }
        norm.forward(normed, saved.attentionFactor, saved.x, layer.attentionNorm, T: T)
        var (dquery, dkey) = (dQuery.pointer, dKey.pointer)
        if let weights = layer.headNorms, let norms = saved.headNorms {
            let (raw, rawKey) = (dHeadNorms.pointer, dHeadNorms.pointer + T * HD)
            clear(dHeadNorms, T * (HD + KD))
            norm.backward(
                raw,
                dquery,
                norms.query,
                weights.query,
                norms.queryFactor,
                T: T * H,
                weightGradient: weightGradient(.queryNorm)
            )
            norm.backward(
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
            bias.backward(weightGradient(.queryBias), dquery, T: T, width: HD)
            bias.backward(weightGradient(.keyBias), dkey, T: T, width: KD)
            bias.backward(weightGradient(.valueBias), dValue.pointer, T: T, width: KD)
        }
        // No adapter lies below the first layer, so there its input needs no gradient.
        let needsInputGradient = index > 0 || trained != nil
        var inputs = [term(.query, forward.fusedAttention == nil ? dquery : all)]
        if let fused = forward.fusedAttention {
            fused.backward(
                all,
                from: [dquery, dkey, dValue.pointer],
                T: T
            )
        } else {
            inputs += [term(.key, dkey), term(.value, dValue.pointer)]
        }
        products.backward(
            inputs,
            dx: needsInputGradient ? dNormed.pointer : nil,
            x: normed,
            T: T,
            K: C,
            innerGradient: dInner
        )
        if needsInputGradient {
            norm.backward(
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

    private func clear(_ buffer: FloatBuffer, _ count: Int) {
        memset(buffer.pointer, 0, count * MemoryLayout<Float>.stride)
    }
}
