import Platform

/// One option of training: all that any part of the program knows of it.
///
/// The command line, the YAML file, the form, the phases of a chain, the parameters of a run, the
/// checks of a resumed run and the stored request are all read from these.
public struct TrainingOption: Sendable {
    /// Where options stand together, on the command line and in the form.
    public enum Section: Sendable, CaseIterable {
        /// What is trained, on what.
        case task
        /// The adapter's shape, and what it starts with.
        case adapter
        /// How long it is trained, and what goes into a step.
        case data
        /// The rule by which the weights change, and how it is computed.
        case optimization
        /// What is measured on the way, and what follows from it.
        case course
    }

    /// What kind of value an option has.
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

    /// What a later phase of a chain may say of the option.
    public enum PhaseRule: Sendable {
        /// A later phase has the first one's value unless it says another.
        case inherited
        /// A later phase has its own value or the default.
        case own
        /// Every phase has the first one's value.
        case first
        /// It follows from the phase before.
        case derived
    }

    /// What an adapter that is continued says of the option.
    public enum AdapterRule: Sendable {
        /// Nothing.
        case open
        /// The adapter's own value holds.
        case shape
        /// Only a new adapter takes it.
        case newOnly
    }

    /// When the option is a parameter of its run.
    public enum Recording: Sendable {
        /// In every run.
        case always
        /// In every run that trains an adapter.
        case withAdapter
        /// Where it differs from the default.
        case unlessDefault
        /// Never.
        case never
    }

    /// What a shell offers behind the option.
    public enum Completion: Sendable {
        /// The names of its choices, if it has any.
        case choices
        /// What can be talked to or trained.
        case model
        /// Data.
        case dataset
        /// Folders.
        case folder
    }

    /// How the form asks for the option.
    public struct Question: Sendable {
        /// What stands before the answer.
        public let label: String
        /// What stands below the form.
        public let hint: String
        /// What an empty answer means.
        public let emptyText: String?
    }

    /// The name: on the command line `--NAME`, or `--no-NAME` where ``isNegated``.
    public let name: String
    /// Where it stands.
    public let section: Section
    /// What kind of value it has.
    public let kind: Kind
    /// Whether it may have no value.
    public let isOptional: Bool
    /// Whether it may be given several times.
    public let isRepeated: Bool
    /// A sentence for the command line.
    public let help: String
    /// What is meant where nothing is said, in words; nil where the value itself says it.
    public private(set) var defaultWords: String?
    /// The name in sentences.
    public private(set) var title: String
    /// Earlier names.
    public private(set) var aliases: [String] = []
    /// Whether its flag takes something away that is there by default.
    public private(set) var isNegated = false
    /// How the form asks for it; nil if it does not.
    public private(set) var question: Question?
    /// Whether the results depend on it.
    public private(set) var changesNumbers = true
    /// Whether a step takes longer or shorter for it.
    public private(set) var changesStepTime = true
    /// Whether a run that is resumed may be given another value.
    public private(set) var isResumable = false
    /// What a later phase may say of it.
    public private(set) var phaseRule = PhaseRule.inherited
    /// What an adapter that is continued says of it.
    public private(set) var adapterRule = AdapterRule.open
    /// The name of the run's parameter.
    public private(set) var parameter: String
    /// When it is one.
    public private(set) var recording = Recording.unlessDefault
    /// What a shell offers.
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

    /// An option of the configuration.
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

    /// An option of the request that is not the trainer's.
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

// MARK: - What it does with a request

extension TrainingOption {
    /// A request in which nothing is said.
    static let plain = TrainingRequest(model: "", dataset: "")

    /// The name behind `--`.
    public var commandName: String { isNegated ? "no-\(name)" : name }

    /// The texts of its value: none, one, or one a time where it is repeated.
    public func texts(_ request: TrainingRequest) -> [String] { read(request) }

    /// The texts of its default.
    public var defaultTexts: [String] { read(Self.plain) }

    /// Whether a request has the default.
    public func isDefault(_ request: TrainingRequest) -> Bool { read(request) == defaultTexts }

    /// Sets the value that texts stand for; without any, the default.
    ///
    /// - Throws: `TrainingError` with the code `configuration` for texts that stand for none.
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

    /// Gives a request the value of another one.
    public func copy(from source: TrainingRequest, to target: inout TrainingRequest) {
        copy(source, &target)
    }

    /// Whether two requests compute the same as far as this option goes.
    public func isSame(_ one: TrainingRequest, _ other: TrainingRequest) -> Bool {
        same?(one, other) ?? (read(one) == read(other))
    }

    /// The parameter of a run, if it has one.
    public func parameter(of request: TrainingRequest) -> String? {
        let texts = read(request)
        let isRecorded =
            switch recording {
            case .always: true
            case .withAdapter: request.method != .full
            case .unlessDefault: texts != defaultTexts
            case .never: false
            }
        return isRecorded && !texts.isEmpty ? texts.joined(separator: ",") : nil
    }

    /// What it takes, as a hint.
    private var expectation: String {
        switch kind {
        case .flag: "give true or false"
        case .choice(let names), .names(let names):
            "choose \(isRepeated ? "from" : "one of") \(names.joined(separator: ", "))"
        case .integer: "give a whole number"
        case .number: "give a number"
        case .text: help
        }
    }

    /// Throws unless the value is in range.
    package func check(_ request: TrainingRequest) throws { try validate(request, title) }

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

    /// How the form asks.
    func asked(_ label: String, _ hint: String, empty: String? = nil) -> Self {
        with { $0.question = Question(label: label, hint: hint, emptyText: empty) }
    }

    /// What the run's parameter is called, and when there is one.
    func recorded(_ recording: Recording, as name: String? = nil) -> Self {
        with {
            $0.recording = recording; $0.parameter = name ?? $0.parameter
        }
    }

    /// Results do not depend on it; a resumed run may be given another value where it says so.
    func numbersStay(resumable: Bool = false) -> Self {
        with {
            $0.changesNumbers = false; $0.isResumable = resumable
        }
    }

    /// A step takes as long with any value.
    func timeStays() -> Self { with { $0.changesStepTime = false } }

    /// Compares values by what they mean.
    func compared(by same: @escaping @Sendable (TrainingRequest, TrainingRequest) -> Bool) -> Self {
        with { $0.same = same }
    }
}

/// A coding key that is made at run time.
struct TextKey: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
