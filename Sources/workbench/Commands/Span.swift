import ArgumentParser

/// A length of time in seconds, or with units: `30`, `1.5`, `10m`, `1h30m`.
struct Span: ExpressibleByArgument {
    var seconds: Double

    init(seconds: Double) { self.seconds = seconds }

    init?(argument: String) {
        let number = Double(argument)
        guard let seconds = number ?? Age(argument: argument).map({ Double($0.seconds) }),
            seconds >= 0, seconds <= 1e9
        else { return nil }
        self.seconds = seconds
    }

    var defaultValueDescription: String {
        seconds == seconds.rounded() ? "\(Int(seconds))" : "\(seconds)"
    }
}
