import ArgumentParser
import Platform
import Training

/// A section of the table of training options, as a group of options in the help.
protocol OptionSection {
    static var section: TrainingOption.Section { get }
}

/// The options of a section of ``TrainingOptions``, as the argument parser declares them.
///
/// The parser finds options by reflection and reads them by coding keys. Both are made from the
/// table, so that an option is declared once.
struct TableOptions<Section: OptionSection>: ParsableArguments, CustomReflectable {
    /// The values that were given.
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
                // The parser's message already names the option and the value.
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

    /// The default in brackets, if there is one.
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

/// The model and the data.
enum TaskSection: OptionSection { static let section = TrainingOption.Section.task }
/// The adapter's shape and initialization.
enum AdapterSection: OptionSection { static let section = TrainingOption.Section.adapter }
/// Length of training and batches.
enum DataSection: OptionSection { static let section = TrainingOption.Section.data }
/// The optimizer, its schedule and its precision.
enum OptimizationSection: OptionSection { static let section = TrainingOption.Section.optimization }
/// Evaluation, monitors and checkpoints.
enum CourseSection: OptionSection { static let section = TrainingOption.Section.course }

/// The options of the command that are not in the table.
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
            Resume a stopped or crashed run at its last checkpoint; allows only options that change \
            no number, such as --threads.
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
