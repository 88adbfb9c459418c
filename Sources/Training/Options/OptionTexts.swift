/// Options by name, with the texts that were given for them.
public struct OptionTexts: Equatable, Sendable, ExpressibleByDictionaryLiteral {
    private var texts: [String: [String]] = [:]

    /// These options.
    public init(dictionaryLiteral elements: (String, [String])...) {
        for (name, texts) in elements { self[name] = texts }
    }

    /// The texts given for the option with a name; nil if none were.
    public subscript(name: String) -> [String]? {
        get { texts[name] }
        set { texts[name] = newValue }
    }

    /// The options that were given, in the table's order.
    public var given: [TrainingOption] { TrainingOptions.all.filter { texts[$0.name] != nil } }

    /// These options and others, which take precedence; repeated options are concatenated.
    public func merging(_ others: OptionTexts) -> OptionTexts {
        var merged = self
        for option in others.given {
            guard let own = others[option.name] else { continue }
            merged[option.name] = option.isRepeated ? (self[option.name] ?? []) + own : own
        }
        return merged
    }

    /// Sets the given options.
    ///
    /// - Throws: `TrainingError` with the code `configuration` for invalid texts.
    public func apply(to request: inout TrainingRequest) throws {
        for option in given { try option.set(texts[option.name] ?? [], in: &request) }
    }
}
