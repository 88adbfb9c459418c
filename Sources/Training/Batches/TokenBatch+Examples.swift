import Datasets
import Transformer

extension TokenBatch {
    /// Concatenates the examples, each as a segment of its own, without padding.
    init(_ examples: some Sequence<Example>) {
        var tokens: [Int32] = []
        var segments: [Range<Int>] = []
        var isTarget: [Bool] = []
        for example in examples {
            segments.append(tokens.count..<tokens.count + example.ids.count)
            tokens += example.ids
            isTarget += example.isTarget
        }
        self.init(tokens: tokens, segments: segments, isTarget: isTarget)
    }
}
