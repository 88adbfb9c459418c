import ArgumentParser
import Workspace

/// What `--then` asks for: stages that follow each other, each from what the one before it made.
struct TrainStages {
    /// Data, and options that differ in this stage.
    private struct Stage {
        let data: String
        let options: [String]
    }

    /// The options of the first stage, as they were given.
    private let own: [String]
    private let later: [Stage]

    /// Reads what `--then` was given beside the options `own`.
    init(_ own: [String], _ texts: [String]) throws {
        self.own = own
        later = try texts.map { text in
            let words = try Self.words(text)
            guard let data = words.first else {
                throw ValidationError("--then takes the name of data.")
            }
            let options = try words.dropFirst().flatMap { word -> [String] in
                let parts = word.split(separator: "=", maxSplits: 1).map(String.init)
                if Self.kept.contains(parts[0]) {
                    throw ValidationError(
                        "--then cannot change \(parts[0]): it is that of the first stage, or follows from it."
                    )
                }
                guard parts.count == 2 else {
                    throw ValidationError(
                        "--then takes options such as epochs=2 behind the data, not \"\(word)\"."
                    )
                }
                guard OptionsFile.flags.contains(parts[0]) else {
                    return ["--\(parts[0])=\(parts[1])"]
                }
                guard let isOn = Bool(parts[1]) else {
                    throw ValidationError(
                        "--then takes \(parts[0])=true or false, not \(parts[1])."
                    )
                }
                // What is off in this stage may be on in the first.
                return [isOn ? "--\(parts[0])" : "\(Self.off)\(parts[0])"]
            }
            return Stage(data: data, options: options)
        }
    }

    /// The words of a text, in which single quotes keep blanks together, as in a shell.
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

    /// Options that are those of the first stage, or follow from it.
    private static let kept = [
        "data", "then", "model", "init-adapter", "method", "rank", "alpha", "targets", "layers",
        "rslora", "init",
        "workspace", "resume", "config", "dry-run", "stage", "json", "help", "version",
        "experiment",
    ]

    /// What stands before a flag that is taken back.
    private static let off = "-off:"

    /// Options of the first stage that say nothing about later ones.
    private static let dropped = [
        "data", "then", "stage", "run-name", "eval-data", "eval-split", "init-adapter",
    ]

    /// The later stages; nil if there are none.
    func requests(_ workspace: Workspace) throws -> [TrainingRequest]? {
        later.isEmpty ? nil : try later.map { try request($0, workspace) }
    }

    /// The first stage's options with those of this one behind them, which win.
    private func request(_ stage: Stage, _ workspace: Workspace) throws -> TrainingRequest {
        var options = own
        for name in Self.dropped { options = TrainCommand.without("--\(name)", options) }
        // The two exclude each other, so naming one takes the other back.
        for (given, other) in [("--steps", "--epochs"), ("--epochs", "--steps")]
        where stage.options.contains(where: { $0.hasPrefix("\(given)=") }) {
            options = TrainCommand.without(other, options)
        }
        var own: [String] = []
        for option in stage.options {
            if option.hasPrefix(Self.off) {
                options.removeAll { $0 == "--\(option.dropFirst(Self.off.count))" }
            } else {
                own.append(option)
            }
        }
        return try TrainCommand.parse(options + ["--data", stage.data] + own)
            .request(workspace)
    }
}
