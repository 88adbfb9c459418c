import ArgumentParser
import Training

/// Which part of the table of training options stands under a heading.
protocol OptionSection {
    static var section: TrainingOption.Section { get }
}

/// The options of a section of ``TrainingOptions``, as the argument parser declares them.
///
/// The parser finds what a command takes by reflection and reads it by coding keys. Both are made of
/// the table here, so that an option is declared once.
struct TableOptions<Section: OptionSection>: ParsableArguments, CustomReflectable {
    /// What was given.
    private(set) var texts: OptionTexts = [:]

    init() {}

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: OptionKey.self)
        for option in TrainingOptions.all(in: Section.section) {
            let key = OptionKey(stringValue: option.name)
            if option.kind == .flag {
                let isGiven = try container.decode(Flag<Bool>.self, forKey: key).wrappedValue
                if isGiven { texts[option.name] = [option.isNegated ? "false" : "true"] }
            } else if option.isRepeated {
                let given = try container.decode(Option<[String]>.self, forKey: key).wrappedValue
                if !given.isEmpty { texts[option.name] = given }
            } else {
                let given = try container.decode(Option<String?>.self, forKey: key).wrappedValue
                if let given { texts[option.name] = [given] }
            }
        }
    }

    var customMirror: Mirror {
        let options = TrainingOptions.all(in: Section.section)
        return Mirror(self, children: options.map { (label: $0.name, value: $0.declaration) })
    }
}

/// The key of an option, which is its name.
private struct OptionKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}

extension TrainingOption {
    /// The option as the argument parser declares it.
    fileprivate var declaration: Any {
        let help = ArgumentHelp(
            stringLiteral: [help, defaultHelp].compactMap(\.self).joined(separator: " ")
        )
        if kind == .flag { return Flag(wrappedValue: false, name: names, help: help) }
        let check: @Sendable (String) throws -> String = { text in
            var request = TrainingRequest(model: "", dataset: "")
            do {
                try set([text], in: &request)
            } catch let error as TrainingError {
                // The parser has said which value of which option it is.
                throw ValidationError(error.hint ?? error.message)
            }
            return text
        }
        if isRepeated {
            let option: Option<[String]> = Option(
                wrappedValue: [],
                name: names,
                help: help,
                completion: shellCompletion,
                transform: check
            )
            return option
        }
        let option: Option<String?> = Option(
            name: names,
            help: help,
            completion: shellCompletion,
            transform: check
        )
        return option
    }

    private var names: NameSpecification {
        NameSpecification([.customLong(commandName)] + aliases.map { .customLong($0) })
    }

    /// The default in brackets, where there is something to say.
    private var defaultHelp: String? {
        let words = defaultWords ?? (kind == .flag ? "" : defaultTexts.first.map(plainNumber) ?? "")
        return words.isEmpty ? nil : "(default: \(words))"
    }

    /// A number as people type it.
    private func plainNumber(_ text: String) -> String {
        guard case .number = kind, let value = Double(text) else { return text }
        return Int(exactly: value).map(String.init) ?? text
    }

    private var shellCompletion: CompletionKind {
        switch completion {
        case .model: .targets
        case .dataset: .datasets
        case .folder: .directory
        case .choices:
            if case .choice(let names) = kind { .list(names) } else { .default }
        }
    }
}

/// What is trained, on what.
enum TaskSection: OptionSection { static let section = TrainingOption.Section.task }
/// The adapter's shape, and what it starts with.
enum AdapterSection: OptionSection { static let section = TrainingOption.Section.adapter }
/// How long it is trained, and what goes into a step.
enum DataSection: OptionSection { static let section = TrainingOption.Section.data }
/// The rule by which the weights change, and how it is computed.
enum OptimizationSection: OptionSection { static let section = TrainingOption.Section.optimization }
/// What is measured on the way, and what follows from it.
enum CourseSection: OptionSection { static let section = TrainingOption.Section.course }

/// What stands in place of the other options, or is about them.
struct CommandOptions: ParsableArguments {
    @Option(
        help: """
            Data to train the result on next, with options for that phase by name: \
            "company-faq epochs=2 learning-rate=5e-4". May be given several times.
            """
    )
    var then: [String] = []
    @Option(
        help: """
            Resume a stopped or crashed run at its last checkpoint; takes only options besides that \
            change no number, such as --threads.
            """,
        completion: .runs
    )
    var resume: String?
    @Option(
        help: "A YAML file of these options by name, such as `learning-rate: 1e-4`.",
        completion: .file(extensions: ["yaml", "yml"])
    )
    var config: String?
    @Flag(help: "Forecast time and memory without starting.") var dryRun = false
}
