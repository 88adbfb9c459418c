import ArgumentParser
import Training
import Workspace

/// The phases of `--then`; each trains the result of the one before it.
struct TrainPhases {
    /// The options of the later phases.
    let later: [OptionTexts]

    /// Reads the values of `--then`, given the options of the first phase.
    init(_ first: OptionTexts, _ texts: [String]) throws {
        later = try texts.map { try Self.options($0, after: first) }
    }

    /// The first phase's options, overridden by those of this one.
    private static func options(_ text: String, after first: OptionTexts) throws -> OptionTexts {
        let words = try words(text)
        guard let data = words.first else {
            throw ValidationError("--then takes the name of data.")
        }
        var options = first
        for option in first.given where option.phaseRule != .inherited && option.phaseRule != .first
        {
            options[option.name] = nil
        }
        var own: OptionTexts = ["data": [data]]
        for word in words.dropFirst() {
            let (option, value) = try Self.option(word)
            own[option.name] = (option.isRepeated ? own[option.name] ?? [] : []) + [value]
        }
        // The two exclude each other, so naming one removes the other.
        if own["steps"] != nil { options["epochs"] = nil }
        if own["epochs"] != nil { options["steps"] = nil }
        return options.merging(own)
    }

    /// The option of a word such as `epochs=2`, and its value.
    private static func option(_ word: String) throws -> (TrainingOption, String) {
        let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
        let name = parts.first ?? ""
        let option = TrainingOptions.option(name)
        let mayDiffer = option.map { $0.phaseRule == .inherited || $0.phaseRule == .own }
        if mayDiffer == false || notOfPhases.contains(name) {
            throw ValidationError(
                "--then cannot change \(name): it is the first phase's, or follows from it."
            )
        }
        guard parts.count == 2 else {
            throw ValidationError(
                "--then takes options such as epochs=2 after the data, not \"\(word)\"."
            )
        }
        guard let option else { throw ValidationError("--then has no option \(name).") }
        guard option.kind == .flag else { return (option, parts[1]) }
        guard let isOn = Bool(parts[1]) else {
            throw ValidationError("--then takes \(name)=true or false, not \(parts[1]).")
        }
        let isNegated = option.isNegated && name == option.commandName
        return (option, "\(isOn != isNegated)")
    }

    /// Options of the command that are not the run's.
    private static let notOfPhases: Set = [
        "then", "workspace", "resume", "config", "dry-run", "json", "help", "version",
    ]

    /// The words of a text, split at blanks outside single quotes, as in a shell.
    private static func words(_ text: String) throws -> [String] {
        var words: [String] = []
        var word: String?
        var isQuoted = false
        var isEscaped = false
        for character in text {
            if isEscaped {
                word = (word ?? "") + String(character)
                isEscaped = false
            } else if character == "'" {
                isQuoted.toggle()
                word = word ?? ""
            } else if character == "\\", !isQuoted {
                isEscaped = true
            } else if character == " ", !isQuoted {
                if let done = word { words.append(done) }
                word = nil
            } else {
                word = (word ?? "") + String(character)
            }
        }
        guard !isQuoted else { throw ValidationError("--then has a quote that is not closed.") }
        return words + [word].compactMap { $0 }
    }
}
