import JSON
import Platform
import Training
import Workflows

/// The inputs of tasks that train: the table of training options, with names as in the YAML file.
enum TrainingInput {
    /// All of them.
    static let all = TrainingOptions.all.map { option in
        TaskInput(
            name(of: option),
            type(of: option),
            isRequired: option.name == "data",
            help: help(of: option)
        )
    }

    /// The name of an option's input.
    static func name(of option: TrainingOption) -> String {
        option.name.split(separator: "-").joined(separator: "_")
    }

    /// The options that do not change the outputs of a task.
    static let uncounted: [TrainingOption] = TrainingOptions.all.filter { option in
        // The held-out losses are outputs too.
        !option.changesNumbers && option.name != "eval-data" && option.name != "eval-every"
    }

    /// Sets the options of a request that inputs name.
    ///
    /// - Throws: ``FlowError`` with the code `invalid` for the first value that cannot be used.
    static func apply(_ inputs: JSONObject, to request: inout TrainingRequest) throws {
        for option in TrainingOptions.all {
            guard let value = inputs[name(of: option)], value != .null else { continue }
            try apply(value, of: option, to: &request)
        }
    }

    /// The options that a run may continue with that was started with others, such as `threads`.
    static func resumable(_ inputs: JSONObject) throws(FlowError) -> OptionTexts {
        var options: OptionTexts = [:]
        for option in TrainingOptions.all where option.isResumable {
            guard let value = inputs[name(of: option)], value != .null else { continue }
            options[option.name] = try texts(value, of: option)
        }
        return options
    }

    /// The faults of inputs whose values are known, each by itself.
    static func faults(_ inputs: JSONObject) -> [(input: String, fault: String)] {
        TrainingOptions.all.compactMap { option in
            let name = name(of: option)
            guard let value = inputs[name], value != .null else { return nil }
            var request = TrainingRequest(model: "", dataset: "")
            do {
                try apply(value, of: option, to: &request)
                return nil
            } catch {
                return (name, FlowError(task: error).sentences)
            }
        }
    }

    private static func apply(
        _ value: JSONValue,
        of option: TrainingOption,
        to request: inout TrainingRequest
    ) throws {
        let name = name(of: option)
        do {
            try option.set(texts(value, of: option), in: &request)
            try option.check(request)
        } catch {
            var failure = FlowError(task: error)
            failure.message = "`\(name)`: \(failure.message)"
            // The hint names the option as on the command line.
            failure.hint = failure.hint.map {
                $0.hasPrefix("--\(option.commandName): ")
                    ? String($0.dropFirst(option.commandName.count + 4)) : $0
            }
            throw failure
        }
    }

    private static func texts(
        _ value: JSONValue,
        of option: TrainingOption
    ) throws(FlowError) -> [String] {
        switch value {
        case .array(let values):
            var texts: [String] = []
            for value in values {
                guard let text = value.plainText else {
                    throw FlowError(.invalid, "its list has \(value.kind) where a text belongs.")
                }
                texts.append(text)
            }
            return option.isRepeated ? texts : [texts.joined(separator: ",")]
        case .object(let object):
            var texts: [String] = []
            for member in object.members {
                guard let text = member.value.plainText else {
                    throw FlowError(
                        .invalid,
                        "\(member.name.text) is \(member.value.kind), and must be a text."
                    )
                }
                texts.append("\(member.name.text)=\(text)")
            }
            return option.isRepeated ? texts : [texts.joined(separator: ",")]
        case .number(let number):
            // A whole number that was computed.
            if let integer = Int(exactly: number) { return [String(integer)] }
            return ["\(number)"]
        default: return [value.plainText ?? ""]
        }
    }

    private static func type(of option: TrainingOption) -> ValueType {
        guard !option.isRepeated else { return .any }
        return switch option.kind {
        case .flag: .boolean
        case .integer: .integer
        case .number: .number
        case .choice: .text
        // Lists and numbers are read as well, unless it names one thing.
        case .text, .names: option.completion == .choices ? .any : .text
        }
    }

    private static func help(of option: TrainingOption) -> String {
        var help = option.help
        if option.isNegated { help = "`false`: \(help.prefix(1).lowercased())\(help.dropFirst())" }
        // A run of a flow is named after its task.
        let own = option.name == "run-name" ? "the task's name" : option.defaultWords
        let words =
            own ?? (option.kind == .flag ? nil : option.defaultTexts.first)
        if let words, !words.isEmpty { help += " Default: \(words)." }
        return help
    }
}
