import Glibc

/// LongRoPE (arXiv 2402.13753), as transformers computes it for Phi.
extension RopeSettings {
    /// The factor of rotated queries and keys for a context, in a model that was pretrained on
    /// another.
    static func amplitude(context: Int, original: Int) -> Float {
        let growth = Double(context) / Double(original)
        return growth <= 1 ? 1 : Float((1 + log(growth) / log(Double(original))).squareRoot())
    }

    /// The context of pretraining; nil in a model without LongRoPE.
    func originalContext(
        _ settings: JSONPart,
        _ architecture: Architecture,
        context: Int
    ) throws(ModelFileError) -> Int? {
        guard case .longRope = scaling else { return nil }
        guard architecture.rotaryScaling == .longRope else {
            throw settings.unsupported("its rotary embedding is scaled by \"longrope\"")
        }
        for part in ["rope_scaling", "rope_parameters"] {
            guard let part = try settings.part(part) else { continue }
            guard !part.has("attention_factor") else {
                throw settings.unsupported("it states an attention_factor")
            }
            let name = "original_max_position_embeddings"
            if part.has(name), !settings.has(name) { return try part.dimension(name) }
        }
        return try settings.dimension("original_max_position_embeddings", default: context)
    }

    /// The divisors of the frequencies.
    func factors(
        _ settings: JSONPart,
        rotatedWidth: Int
    ) throws(ModelFileError) -> RotaryFactors {
        guard case .longRope(let short, let long) = scaling else {
            return RotaryFactors(short: frequencyFactors(headWidth: rotatedWidth))
        }
        guard short.count == rotatedWidth / 2, long.count == rotatedWidth / 2 else {
            throw settings.refusal(
                "short_factor and long_factor are not about \(rotatedWidth / 2) frequencies"
            )
        }
        return RotaryFactors(short: short.map { Float($0) }, long: long.map { Float($0) })
    }
}
