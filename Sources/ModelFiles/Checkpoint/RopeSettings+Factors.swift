import Glibc

extension RopeSettings {
    /// The allowed relative difference of a factor that is computed again.
    private static let tolerance: Float = 2e-5

    /// The settings that give these factors, which are all that a GGUF file contains of them; nil
    /// if none do.
    ///
    /// Of Llama 3's four parameters only the ratios of three matter, so that the lowest is assumed
    /// to be 1, as everywhere; the highest is assumed to be 4, as everywhere, if fewer than two
    /// factors determine it.
    ///
    /// - Parameter factors: (D/2); nil if no frequency is scaled.
    package init?(theta: Double, factors: [Float]?) {
        guard let factors, let maximum = factors.max(), factors.contains(where: { $0 != 1 }) else {
            self.init(theta: theta, scaling: .none)
            return
        }
        if factors.allSatisfy({ $0 == maximum }) {
            self.init(theta: theta, scaling: .linear(Double(maximum)))
            return
        }
        guard let scaling = Self.llama3(theta, factors, Double(maximum)) else { return nil }
        self.init(theta: theta, scaling: scaling)
        let again = frequencyFactors(headWidth: 2 * factors.count) ?? []
        guard zip(factors, again).allSatisfy({ abs($0 - $1) <= Self.tolerance * $0 }) else {
            return nil
        }
    }

    /// Llama 3's parameters from the line through the factors between the two ends: (1 / factor - 1
    /// / maximum) / (1 - 1 / maximum) = (context / wavelength - low) / (high - low).
    private static func llama3(_ theta: Double, _ factors: [Float], _ maximum: Double) -> Scaling? {
        let waves = factors.indices.map {
            2 * Double.pi * pow(theta, Double($0) / Double(factors.count))
        }
        let between = factors.indices.filter { factors[$0] > 1 && Double(factors[$0]) < maximum }
        func share(_ place: Int) -> Double {
            (1 / Double(factors[place]) - 1 / maximum) / (1 - 1 / maximum)
        }
        var (high, context) = (4.0, 0.0)
        if let first = between.first, let last = between.last {
            if first != last {
                let slope = (share(first) - share(last)) / (1 / waves[first] - 1 / waves[last])
                let start = share(first) - slope / waves[first]
                guard start < 0 else { return nil }
                high = ((1 - 1 / start) * 1000).rounded() / 1000
            }
            context = ((share(first) * (high - 1) + 1) * waves[first]).rounded()
        } else if let first = factors.firstIndex(where: { Double($0) == maximum }), first > 0 {
            // No factor is in between, so the two ends are between these two wavelengths.
            context = (high * waves[first - 1] * waves[first]).squareRoot().rounded()
        }
        guard high > 1, high.isFinite, context >= 1, context.isFinite else { return nil }
        return .llama3(factor: maximum, low: 1, high: high, originalContext: context)
    }
}
