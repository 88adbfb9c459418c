import Glibc
import Platform
import Tensors

/// Draws the next token from a model's logits.
///
/// The filters follow each other as in transformers: repetition penalty,
/// temperature, top-k, top-p over what top-k left, min-p. (llama.cpp applies
/// the temperature last.) At least one token always stays. Of equally likely
/// tokens the one with the lower id comes first, everywhere.
public struct Sampler: Sendable {
    private let configuration: GenerationConfiguration
    private let random: CounterRandom
    private var logits: [Float]  // (V)
    private var isPenalized: [Bool]  // (V), all false between two calls
    private var candidates: [Candidate] = []
    private var heap: CandidateHeap

    /// A sampler for predictions over `vocabularySize` tokens.
    ///
    /// - Throws: `InferenceError` if a setting is out of range.
    public init(_ configuration: GenerationConfiguration, vocabularySize: Int) throws {
        try configuration.validate()
        self.configuration = configuration
        random = CounterRandom(seed: configuration.seed, purpose: .sampling)
        logits = [Float](repeating: 0, count: vocabularySize)
        isPenalized = [Bool](repeating: false, count: vocabularySize)
        candidates.reserveCapacity(vocabularySize)
        heap = CandidateHeap(capacity: vocabularySize)
    }

    /// The next token.
    ///
    /// - Parameters:
    ///   - predictions: The logits, (V).
    ///   - context: The tokens so far, which the repetition penalty looks at.
    ///   - step: The token's position in the answer; with the seed it decides what is drawn.
    /// - Throws: `InferenceError` with the code `brokenLogits` if a logit is not a number.
    public mutating func sample(
        _ predictions: UnsafeBufferPointer<Float>,
        context: [Int32],
        step: Int
    ) throws -> Int32 {
        precondition(predictions.count == logits.count, "the logits are of another vocabulary")
        for id in logits.indices {
            guard predictions[id] < .infinity else { throw broken("\(predictions[id])", id) }
            logits[id] = predictions[id]
        }
        penalize(context)
        let best = likeliest()
        guard logits[best] > -.infinity else { throw broken("-inf", best) }
        if configuration.temperature == 0 { return Int32(best) }
        weigh(relativeTo: best)
        filter()
        return draw(random.uniform(step: step, index: 0))
    }

    /// Keskar et al., "CTRL", with transformers' rule for negative logits.
    private mutating func penalize(_ context: [Int32]) {
        let penalty = Float(configuration.repetitionPenalty)
        guard penalty != 1 else { return }
        let window = context.suffix(configuration.repetitionWindow ?? context.count)
        for id in window where !isPenalized[Int(id)] {
            isPenalized[Int(id)] = true
            let logit = logits[Int(id)]
            logits[Int(id)] = logit < 0 ? logit * penalty : logit / penalty
        }
        for id in window { isPenalized[Int(id)] = false }
    }

    private func likeliest() -> Int {
        var best = 0
        for id in logits.indices where logits[id] > logits[best] { best = id }
        return best
    }

    /// Makes every token a candidate; the most likely one has the weight 1.
    private mutating func weigh(relativeTo best: Int) {
        candidates.removeAll(keepingCapacity: true)
        let largest = Double(logits[best])
        for id in logits.indices {
            let weight = exp((Double(logits[id]) - largest) / configuration.temperature)
            candidates.append(Candidate(id: Int32(id), weight: weight))
        }
    }

    /// Keeps the candidates that pass top-k, top-p and min-p.
    private mutating func filter() {
        let limitsCount = configuration.topK > 0 && configuration.topK < candidates.count
        guard limitsCount || configuration.topP < 1 || configuration.minP > 0 else { return }
        heap.fill(candidates)
        if limitsCount {
            candidates.removeAll(keepingCapacity: true)
            while candidates.count < configuration.topK, let next = heap.popFirst() {
                candidates.append(next)
            }
            heap.fill(candidates)
        }
        let enough = configuration.topP * totalWeight
        candidates.removeAll(keepingCapacity: true)
        var sum = 0.0
        while let next = heap.popFirst() {
            let isCut = sum >= enough || next.weight < configuration.minP
            if isCut, !candidates.isEmpty { return }
            candidates.append(next)
            sum += next.weight
        }
    }

    private func draw(_ uniform: Double) -> Int32 {
        var rest = uniform * totalWeight
        for candidate in candidates {
            rest -= candidate.weight
            if rest < 0 { return candidate.id }
        }
        // Rounding may leave a remainder, which belongs to the last candidate.
        return candidates.last { $0.weight > 0 }?.id ?? candidates[0].id
    }

    private var totalWeight: Double {
        candidates.reduce(0) { $0 + $1.weight }
    }

    private func broken(_ value: String, _ id: Int) -> InferenceError {
        InferenceError(
            .brokenLogits,
            "The model computed the logit \(value) for token \(id).",
            hint: "the model file or the adapter is damaged, or its training diverged"
        )
    }
}
