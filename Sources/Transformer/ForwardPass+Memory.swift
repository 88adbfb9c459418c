internal import ModelFiles
internal import Tensors

/// How much memory a pass takes.
extension ForwardPass {
    /// The floats of T rows of the largest fused output.
    static func fusedCount(_ configuration: ModelConfiguration, T: Int) -> Int {
        let fused = Projection.fused(in: configuration).compactMap(\.first)
        return T * (fused.map { $0.outputWidth(configuration) }.max() ?? 0)
    }

    static func widestInput(_ configuration: ModelConfiguration) -> Int {
        Projection.allCases.map { $0.inputWidth(configuration) }.max() ?? 0
    }

    static func productCapacity(
        _ configuration: ModelConfiguration,
        _ capacity: Capacity,
        formats: ProductFormats
    ) -> FastProducts.Capacity {
        let widths = Projection.allCases.map { $0.outputWidth(configuration) }
        let shared = max(widths[0] + widths[1] + widths[2], widths[4] + widths[5])
        // Other gradients of logits are written in bfloat16 where they are.
        let logits =
            capacity.trainsWeights
            ? LossHead.chunk(capacity.tokens, .fast) * configuration.vocabularySize : 0
        return FastProducts.Capacity(
            T: capacity.tokens,
            K: widestInput(configuration),
            N: widths.max() ?? 0,
            R: capacity.rank,
            formats: formats,
            outputs: capacity.longestSequence > 0 ? max(capacity.tokens * shared, logits) : 0,
            dropsInputs: capacity.dropsInputs,
            trainsWeights: capacity.trainsWeights
        )
    }

    /// The bytes that a pass allocates, apart from the layers' activations.
    static func byteCount(
        _ configuration: ModelConfiguration,
        _ capacity: Capacity,
        threads: Int,
        precision: Precision
    ) -> Int {
        let shared =
            4 * capacity.tokens * (configuration.width + configuration.feedForwardWidth + 1)
            + 4 * threads * 2 * configuration.feedForwardWidth
            + 4 * fusedCount(configuration, T: capacity.tokens)
            + SharedPrefixAttention.byteCount(configuration, attendedCapacity: capacity.attended)
        switch precision {
        case .exact:
            let products = ExactProducts.scratchCount(
                widest: widestInput(configuration),
                tokenCapacity: capacity.tokens,
                dropsInputs: capacity.dropsInputs
            )
            let attention = ExactAttention.scratchCount(
                configuration,
                keyCapacity: capacity.keys,
                readsCache: capacity.readsCache
            )
            return shared + 4 * threads * (products + attention)
        case .fast:
            let products = FastProducts.byteCount(
                // The memory is the same for all formats.
                productCapacity(
                    configuration,
                    capacity,
                    formats: ProductFormats(forward: .int8, backward: .bfloat16)
                ),
                threads: threads
            )
            let attention = FastAttention.byteCount(
                configuration,
                threads: threads,
                keyCapacity: capacity.keys,
                tokenCapacity: capacity.attended,
                longestSequence: capacity.longestSequence
            )
            return shared + products + attention
        }
    }
}
