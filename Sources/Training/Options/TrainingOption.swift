import Platform

/// One option of training: everything that the program knows of it.
///
/// The command line, the YAML file, the form, the phases of a chain, the parameters of a run, the
/// checks of a resumed run and the stored request are all derived from these.
public struct TrainingOption: Sendable {
    /// The group of an option, on the command line and in the form.
    public enum Section: Sendable, CaseIterable {
        /// What is trained, and on what.
        case task
        /// The adapter's shape and initial values.
        case adapter
        /// The length of training and the contents of a step.
        case data
        /// The update rule of the weights, and the arithmetic.
        case optimization
        /// Evaluations, monitors and their consequences.
        case course
    }

    /// The kind of an option's value.
    public enum Kind: Sendable, Equatable {
        /// On or off.
        case flag
        /// Any text.
        case text
        /// A whole number.
        case integer(ClosedRange<Int>)
        /// A number.
        case number(OptionRange)
        /// One of these names.
        case choice([String])
        /// Several of these names, separated by commas.
        case names([String])
    }

    /// The option's value in a later phase of a chain.
    public enum PhaseRule: Sendable {
        /// The first phase's value unless the later one sets another.
        case inherited
        /// The phase's own value or the default.
        case own
        /// Every phase has the first one's value.
        case first
        /// Derived from the previous phase.
        case derived
    }

    /// The option's value when an adapter is continued.
    public enum AdapterRule: Sendable {
        /// Unrestricted.
        case open
        /// That of the adapter.
        case shape
        /// Only for a new adapter.
        case newOnly
    }

    /// When the option is a parameter of its run.
    public enum Recording: Sendable {
        /// In every run.
        case always
        /// In every run that trains an adapter.
        case withAdapter
        /// If it differs from the default.
        case unlessDefault
        /// Never.
        case never
    }

    /// The completions that a shell offers for the option.
    public enum Completion: Sendable {
        /// The names of its choices, if it has any.
        case choices
        /// Models that can be trained or used for chat.
        case model
        /// Datasets.
        case dataset
        /// Folders.
        case folder
    }

    /// The option's question in the form.
    public struct Question: Sendable {
        /// The text before the answer.
        public let label: String
        /// The text below the form.
        public let hint: String
        /// The meaning of an empty answer.
        public let emptyText: String?
    }

    /// The name: on the command line `--NAME`, or `--no-NAME` if ``isNegated``.
    public let name: String
    /// The group of the option.
    public let section: Section
    /// The kind of its value.
    public let kind: Kind
    /// Whether its value may be missing.
    public let isOptional: Bool
    /// Whether it may be given several times.
    public let isRepeated: Bool
    /// A sentence for the command line.
    public let help: String
    /// The default in words; nil if the value itself says it.
    public private(set) var defaultWords: String?
    /// The name used in sentences.
    public private(set) var title: String
    /// Earlier names.
    public private(set) var aliases: [String] = []
    /// Whether its flag turns a default off.
    public private(set) var isNegated = false
    /// Its question in the form; nil if there is none.
    public private(set) var question: Question?
    /// Whether the results depend on it.
    public private(set) var changesNumbers = true
    /// Whether it changes the duration of a step.
    public private(set) var changesStepTime = true
    /// Whether a resumed run may have another value.
    public private(set) var isResumable = false
    /// Its value in a later phase.
    public private(set) var phaseRule = PhaseRule.inherited
    /// Its value when an adapter is continued.
    public private(set) var adapterRule = AdapterRule.open
    /// The name of the run's parameter.
    public private(set) var parameter: String
    /// When it is a parameter.
    public private(set) var recording = Recording.unlessDefault
    /// The completions in a shell.
    public private(set) var completion = Completion.choices
    /// Whether it is a part of ``TrainingConfiguration``.
    package let isConfiguration: Bool

    private let read: @Sendable (TrainingRequest) -> [String]
    private let write: @Sendable (inout TrainingRequest, [String]) -> Bool
    private let copy: @Sendable (TrainingRequest, inout TrainingRequest) -> Void
    private let validate: @Sendable (TrainingRequest, String) throws -> Void
    private let encode:
        @Sendable (TrainingRequest, inout KeyedEncodingContainer<TextKey>) throws -> Void
    private let decode:
        @Sendable (inout TrainingRequest, KeyedDecodingContainer<TextKey>) throws -> Void
    private var same: (@Sendable (TrainingRequest, TrainingRequest) -> Bool)?

    private init<Value: Codable & Sendable>(
        _ name: String,
        in section: Section,
        _ codec: OptionCodec<Value>,
        key: String?,
        _ help: String,
        default words: String?,
        isConfiguration: Bool,
        get: @escaping @Sendable (TrainingRequest) -> Value,
        set: @escaping @Sendable (inout TrainingRequest, Value) -> Void
    ) {
        self.name = name
        self.section = section
        self.help = help
        self.isConfiguration = isConfiguration
        defaultWords = words
        title = name.split(separator: "-").joined(separator: " ")
        parameter = name.split(separator: "-").joined(separator: "_")
        kind = codec.kind
        isOptional = codec.isOptional
        isRepeated = codec.isRepeated
        let key = TextKey(stringValue: key ?? Self.camelCase(name))
        read = { codec.texts(get($0)) }
        write = { request, texts in
            guard let value = codec.value(texts) else { return false }
            set(&request, value)
            return true
        }
        copy = { set(&$1, get($0)) }
        validate = { try codec.check(get($0), $1) }
        encode = { request, container in
            let value = get(request)
            if case Optional<Any>.none = value as Any { return }
            try container.encode(value, forKey: key)
        }
        decode = { request, container in
            guard container.contains(key), try !container.decodeNil(forKey: key) else { return }
            set(&request, try container.decode(Value.self, forKey: key))
        }
    }

    /// Creates an option of the configuration.
    init<Value: Codable & Sendable>(
        _ name: String,
        _ path: any WritableKeyPath<TrainingConfiguration, Value> & Sendable,
        in section: Section,
        _ codec: OptionCodec<Value>,
        key: String? = nil,
        _ help: String,
        default words: String? = nil
    ) {
        self.init(
            name,
            in: section,
            codec,
            key: key,
            help,
            default: words,
            isConfiguration: true,
            get: { $0.configuration[keyPath: path] },
            set: { $0.configuration[keyPath: path] = $1 }
        )
    }

    // Repeated in TrainingOption.swift: the two differ in the root of the key path, which no type can
    // name without closures at every row of the table.

    /// Creates an option of the request that is not the trainer's.
    init<Value: Codable & Sendable>(
        _ name: String,
        request path: any WritableKeyPath<TrainingRequest, Value> & Sendable,
        in section: Section,
        _ codec: OptionCodec<Value>,
        key: String? = nil,
        _ help: String,
        default words: String? = nil
    ) {
        self.init(
            name,
            in: section,
            codec,
            key: key,
            help,
            default: words,
            isConfiguration: false,
            get: { $0[keyPath: path] },
            set: { $0[keyPath: path] = $1 }
        )
    }

    private static func camelCase(_ name: String) -> String {
        let words = name.split(separator: "-")
        return words.prefix(1).joined()
            + words.dropFirst().map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }
}

// MARK: - Requests

extension TrainingOption {
    /// A request with all defaults.
    static let plain = TrainingRequest(model: "", dataset: "")

    /// The name after `--`.
    public var commandName: String { isNegated ? "no-\(name)" : name }

    /// The texts of its value: none, one, or several if it is repeated.
    public func texts(_ request: TrainingRequest) -> [String] { read(request) }

    /// The texts of its default.
    public var defaultTexts: [String] { read(Self.plain) }

    /// Whether a request has the default.
    public func isDefault(_ request: TrainingRequest) -> Bool { read(request) == defaultTexts }

    /// Sets the value given by texts; without any, the default.
    ///
    /// - Throws: `TrainingError` with the code `configuration` for invalid texts.
    public func set(_ texts: [String], in request: inout TrainingRequest) throws {
        if texts.isEmpty { return copy(Self.plain, &request) }
        guard write(&request, texts) else {
            throw TrainingError(
                .configuration,
                "\(title) cannot be \(texts.joined(separator: ", ")).",
                hint: expectation
            )
        }
    }

    /// Copies the value from another request.
    public func copy(from source: TrainingRequest, to target: inout TrainingRequest) {
        copy(source, &target)
    }

    /// Whether two requests compute the same with regard to this option.
    public func isSame(_ one: TrainingRequest, _ other: TrainingRequest) -> Bool {
        same?(one, other) ?? (read(one) == read(other))
    }

    /// Whether the option has an effect on a run: those of an adapter have none on full training.
    package func applies(to request: TrainingRequest) -> Bool {
        if case .withAdapter = recording { request.method != .full } else { true }
    }

    /// Its value as one text; nil where it has none.
    package func text(of request: TrainingRequest) -> String? {
        let texts = read(request)
        return texts.isEmpty ? nil : texts.joined(separator: ",")
    }

    /// The value of the run's parameter, if it has one.
    public func parameter(of request: TrainingRequest) -> String? {
        let texts = read(request)
        let isRecorded =
            switch recording {
            case .always, .withAdapter: applies(to: request)
            case .unlessDefault: texts != defaultTexts
            case .never: false
            }
        return isRecorded ? text(of: request) : nil
    }

    /// The kind of its values, as a hint.
    private var expectation: String {
        switch kind {
        case .flag: "give true or false"
        case .choice(let names), .names(let names):
            "choose \(isRepeated ? "from" : "one of") \(names.joined(separator: ", "))"
        case .integer(let range):
            "give a whole number between \(range.lowerBound) and \(range.upperBound)"
        case .number(let range): "give a number \(range.words)"
        case .text: help
        }
    }

    /// Throws unless the value is in range.
    package func check(_ request: TrainingRequest) throws {
        do {
            try validate(request, title)
        } catch var error as TrainingError {
            error.hint = error.hint ?? "--\(commandName): \(expectation)"
            throw error
        }
    }

    func encode(
        _ request: TrainingRequest,
        to container: inout KeyedEncodingContainer<TextKey>
    )
        throws
    { try encode(request, &container) }

    func decode(
        _ request: inout TrainingRequest,
        from container: KeyedDecodingContainer<TextKey>
    )
        throws
    { try decode(&request, container) }
}

// MARK: - Modifiers of a row

extension TrainingOption {
    private func with(_ change: (inout Self) -> Void) -> Self {
        var copy = self
        change(&copy)
        return copy
    }

    func titled(_ title: String) -> Self { with { $0.title = title } }
    func alias(_ name: String) -> Self { with { $0.aliases.append(name) } }
    func negated() -> Self { with { $0.isNegated = true } }
    func phases(_ rule: PhaseRule) -> Self { with { $0.phaseRule = rule } }
    func adapters(_ rule: AdapterRule) -> Self { with { $0.adapterRule = rule } }
    func completing(_ completion: Completion) -> Self { with { $0.completion = completion } }

    /// Sets the question in the form.
    func asked(_ label: String, _ hint: String, empty: String? = nil) -> Self {
        with { $0.question = Question(label: label, hint: hint, emptyText: empty) }
    }

    /// Sets the name of the run's parameter, and when there is one.
    func recorded(_ recording: Recording, as name: String? = nil) -> Self {
        with {
            $0.recording = recording; $0.parameter = name ?? $0.parameter
        }
    }

    /// Marks that results do not depend on it; `resumable` allows a resumed run another value.
    func numbersStay(resumable: Bool = false) -> Self {
        with {
            $0.changesNumbers = false; $0.isResumable = resumable
        }
    }

    /// Marks that it does not change the duration of a step.
    func timeStays() -> Self { with { $0.changesStepTime = false } }

    /// Sets how values are compared.
    func compared(by same: @escaping @Sendable (TrainingRequest, TrainingRequest) -> Bool) -> Self {
        with { $0.same = same }
    }
}

/// A coding key that is created at run time.
struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
