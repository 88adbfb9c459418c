import Runs

extension RunCost {
    /// The forecast and the measured time.
    package var time: String {
        let forecast = forecastSeconds.map { "forecast \(Figures.duration($0)), " } ?? ""
        return "\(forecast)took \(Figures.duration(seconds))"
    }

    /// The forecast and the measured memory.
    package var memory: String {
        "forecast \(Figures.bytes(Int64(forecastBytes))), took \(Figures.bytes(Int64(bytes)))"
    }
}

extension RunSummary.Measurement {
    /// The value and the step of its measurement.
    package var text: String { "\(Figures.optional(value)), after \(step) steps" }
}
