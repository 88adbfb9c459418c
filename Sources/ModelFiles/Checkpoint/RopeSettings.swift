import Glibc

/// The rotary embedding in a Hugging Face configuration: `rope_theta` and `rope_scaling`, or the
/// `rope_parameters` of newer files, which contain both.
package struct RopeSettings {
    /// How frequencies are scaled.
    package enum Scaling: Equatable {
        case none
        /// Every frequency is divided by the factor.
        case linear(Double)
        /// Llama 3's: low frequencies are divided, high ones kept, those in between interpolated.
        case llama3(factor: Double, low: Double, high: Double, originalContext: Double)
        /// LongRoPE's: each frequency has a divisor for short sequences and one for long ones.
        case longRope(short: [Double], long: [Double])
    }

    package let theta: Double
    package let scaling: Scaling

    package init(theta: Double, scaling: Scaling) {
        self.theta = theta
        self.scaling = scaling
    }

    init(_ settings: JSONPart) throws(ModelFileError) {
        let olderPart = try settings.part("rope_scaling")
        let newerPart = try settings.part("rope_parameters")
        // Newer files have a part for each kind of layer.
        let parameters = try newerPart?.part("full_attention") ?? newerPart ?? olderPart
        if let parameters, let number = try parameters.number("rope_theta") {
            theta = number
        } else {
            theta = try settings.positive("rope_theta", default: 10_000)
        }
        guard Float(theta).isFinite, Float(theta) > 0 else {
            throw settings.refusal("rope_theta is not a positive number")
        }
        guard let parameters else {
            scaling = .none
            return
        }
        let older = try parameters.string("type")
        let type = try parameters.string("rope_type") ?? older ?? "default"
        switch type {
        case "default": scaling = .none
        case "linear": scaling = .linear(try parameters.positive("factor"))
        case "llama3":
            let (low, high) = (
                try parameters.positive("low_freq_factor"),
                try parameters.positive("high_freq_factor")
            )
            guard low < high else {
                throw settings.refusal("low_freq_factor is not below high_freq_factor")
            }
            scaling = .llama3(
                factor: try parameters.positive("factor"),
                low: low,
                high: high,
                originalContext: try parameters.positive("original_max_position_embeddings")
            )
        case "longrope", "su":
            guard let short = try parameters.numbers("short_factor"),
                let long = try parameters.numbers("long_factor"),
                (short + long).allSatisfy({ $0.isFinite && $0 > 0 })
            else {
                throw settings.refusal(
                    "its longrope has no positive numbers as short_factor and long_factor"
                )
            }
            scaling = .longRope(short: short, long: long)
        default: throw settings.unsupported("its rotary embedding is scaled by \"\(type)\"")
        }
    }

    /// The base of rotation in layers with a window; nil if it is the same in all layers.
    static func localTheta(
        _ settings: JSONPart,
        _ architecture: Architecture
    ) throws(ModelFileError) -> Float? {
        guard let theta = architecture.localRopeTheta else { return nil }
        if let part = try settings.part("rope_parameters")?.part("sliding_attention") {
            guard try part.string("rope_type") ?? "default" == "default" else {
                throw settings.unsupported("the rotary embedding of its windows is scaled")
            }
            return Float(try part.positive("rope_theta", default: Double(theta)))
        }
        return Float(try settings.positive("rope_local_base_freq", default: Double(theta)))
    }

    /// (D/2): the divisor of each frequency; nil if none is scaled.
    package func frequencyFactors(headWidth: Int) -> [Float]? {
        switch scaling {
        case .none: return nil
        case .linear(let factor):
            return [Float](repeating: Float(factor), count: headWidth / 2)
        case .longRope(let short, _): return short.map { Float($0) }
        case .llama3(let factor, let low, let high, let context):
            return (0..<headWidth / 2).map { pair in
                let wavelength = 2 * Double.pi * pow(theta, 2 * Double(pair) / Double(headWidth))
                if wavelength < context / high { return 1 }
                if wavelength > context / low { return Float(factor) }
                let smooth = (context / wavelength - low) / (high - low)
                return Float(1 / ((1 - smooth) / factor + smooth))
            }
        }
    }
}
