internal import Transformer

/// Parsing, formatting and validation of an option's values.
struct OptionCodec<Value: Sendable>: Sendable {
    /// The kind of value.
    let kind: TrainingOption.Kind
    /// Whether the value may be missing.
    var isOptional = false
    /// Whether the option may be given several times.
    var isRepeated = false
    /// The texts of a value: none, one, or several for a repeated option.
    let texts: @Sendable (Value) -> [String]
    /// The value of texts; nil if they are invalid.
    let value: @Sendable ([String]) -> Value?
    /// Throws unless a value is in range; the text is the option's title.
    var check: @Sendable (Value, String) throws -> Void = { _, _ in }
}

extension OptionCodec {
    /// The codec of a value that is one text.
    private static func single(
        _ kind: TrainingOption.Kind,
        _ text: @escaping @Sendable (Value) -> String,
        _ value: @escaping @Sendable (String) -> Value?,
        check: @escaping @Sendable (Value, String) throws -> Void = { _, _ in }
    ) -> Self {
        OptionCodec(
            kind: kind,
            texts: { [text($0)] },
            value: { $0.last.flatMap(value) },
            check: check
        )
    }

    /// The same for an optional value.
    static func optional<Wrapped>(_ codec: OptionCodec<Wrapped>) -> Self
    where Value == Wrapped? {
        OptionCodec(
            kind: codec.kind,
            isOptional: true,
            isRepeated: codec.isRepeated,
            texts: { $0.map(codec.texts) ?? [] },
            value: { texts in codec.value(texts).map { .some($0) } },
            check: { value, title in if let value { try codec.check(value, title) } }
        )
    }
}

extension OptionCodec<Int> {
    /// A whole number.
    static func integer(_ range: ClosedRange<Int>) -> Self {
        single(.integer(range), { "\($0)" }, { Int($0) }) { value, title in
            try OptionRange.require(value, in: range, named: title)
        }
    }
}

extension OptionCodec<UInt64> {
    /// A whole number that identifies something.
    static let number = single(.integer(0...Int.max), { "\($0)" }, { UInt64($0) })
}

extension OptionCodec<Double> {
    /// A number.
    static func number(_ range: OptionRange) -> Self {
        single(.number(range), { "\($0)" }, { Double($0) }) { value, title in
            try range.require(value, named: title)
        }
    }
}

extension OptionCodec<Bool> {
    /// On or off.
    static let flag = single(.flag, { "\($0)" }, { Bool($0) })
}

extension OptionCodec<String> {
    /// Any non-empty text.
    static let text = single(.text, { $0 }, { $0.isEmpty ? nil : $0 })
}

extension OptionCodec<[String]> {
    /// Names separated by commas.
    static let names = OptionCodec(
        kind: .text,
        texts: { $0.isEmpty ? [] : [$0.joined(separator: ",")] },
        value: { $0.last.map(OptionText.names) }
    )

    /// Texts that are given one by one.
    static let texts = OptionCodec(kind: .text, isRepeated: true, texts: { $0 }, value: { $0 })
}

extension OptionCodec where Value: RawRepresentable<String> & CaseIterable {
    /// One of the names of an enumeration.
    static var choice: Self {
        single(.choice(Value.allCases.map(\.rawValue)), \.rawValue, { Value(rawValue: $0) })
    }
}

extension OptionCodec<[Projection]> {
    /// Names of matrices, separated by commas: those of fused ones mean each of their projections.
    static let projections = OptionCodec(
        kind: .names(Projection.names),
        texts: { [$0.map(\.rawValue).joined(separator: ",")] },
        value: { texts in
            guard let named = texts.last.map(OptionText.names)?.map(Projection.named),
                !named.contains([])
            else { return nil }
            var projections: [Projection] = []
            for projection in named.joined() where !projections.contains(projection) {
                projections.append(projection)
            }
            return projections
        }
    )
}

extension OptionCodec<[Int]> {
    /// Layers such as `0,3,20-29`.
    static let layers = single(.text, OptionText.text(ofLayers:), OptionText.layers)
}

extension OptionCodec<TrainingConfiguration.CheckpointInterval> {
    /// Steps such as `20`, or seconds such as `60s`.
    static let interval = single(.text, \.text, Value.init(_:)) { interval, title in
        switch interval {
        case .steps(let steps):
            try OptionRange.require(steps, in: OptionRange.counts, named: title)
        case .seconds(let seconds):
            try OptionRange.positive.require(seconds, named: title, "above 0 s")
        }
    }
}

extension OptionCodec<MonitorActions> {
    /// `NAME=ACTION` for every monitor whose action is not the default.
    static let actions = OptionCodec(
        kind: .text,
        isRepeated: true,
        texts: \.texts,
        value: MonitorActions.init(texts:)
    ) { actions, _ in try actions.check() }
}
