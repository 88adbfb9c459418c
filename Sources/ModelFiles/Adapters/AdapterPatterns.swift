internal import FoundationEssentials
internal import JSON

/// The settings for differing matrices of a PEFT adapter: `rank_pattern`, `alpha_pattern` and
/// `layers_to_transform`.
///
/// Such an adapter is converted to an equal one with uniform matrices, see `AdapterEvening`.
struct AdapterPatterns {
    private let alphas: [(pattern: ModulePattern, alpha: Double)]

    /// Removes the patterns from a configuration's JSON; nil if it has none.
    ///
    /// - Parameter always: Whether its layers differ in any case.
    /// - Returns: The patterns and the JSON without them.
    static func take(
        from json: [UInt8],
        always: Bool = false
    ) throws(ModelFileError) -> (patterns: AdapterPatterns, rest: [UInt8])? {
        guard case .object(let object)? = try? JSONParser.parse(json) else { return nil }
        let names = ["rank_pattern", "alpha_pattern", "layers_to_transform", "layers_pattern"]
        // An adapter that differs only in its layers is read directly, unless a pattern names them.
        guard always || names.contains(where: { $0 != "layers_to_transform" && isSet(object[$0]) })
        else {
            return nil
        }
        var rest = JSONObject()
        for member in object.members where !names.contains(member.name.text) {
            _ = rest.insert(member.value, named: member.name)
        }
        var alphas: [(pattern: ModulePattern, alpha: Double)] = []
        if case .object(let patterns)? = object["alpha_pattern"] {
            for member in patterns.members {
                let alpha: Double
                switch member.value {
                case .integer(let number): alpha = Double(number)
                case .number(let number): alpha = number
                default:
                    throw AdapterConfiguration.refusal(
                        "its alpha_pattern holds something that is not a number"
                    )
                }
                // As in PEFT: the end of a module's name.
                let pattern = try ModulePattern(
                    "(.*\\.)?(\(member.name.text))$",
                    of: "alpha_pattern"
                )
                alphas.append((pattern, alpha))
            }
        }
        return (AdapterPatterns(alphas: alphas), JSONValue.object(rest).bytes)
    }

    private static func isSet(_ value: JSONValue?) -> Bool {
        switch value {
        case nil, .null: false
        case .object(let object): !object.members.isEmpty
        case .array(let values): !values.isEmpty
        default: true
        }
    }

    /// The same adapter with matrices of one rank and one scale.
    func evenedOut(
        _ configuration: AdapterConfiguration,
        _ tensors: [AdapterTensor]
    ) throws(ModelFileError) -> (configuration: AdapterConfiguration, tensors: [AdapterTensor]) {
        var even = configuration
        even.rank = AdapterEvening.rank(of: tensors) ?? configuration.rank
        // No factor in B can restore a scale of zero.
        if even.scale == 0 { even.alpha = Double(even.rank) }
        let evened = try AdapterEvening(even).even(tensors) { tensor, rank in
            let module = tensor.name.split(separator: ".lora_")[0]
                .drop { $0 != "." }.dropFirst().drop { $0 != "." }.dropFirst()
            var part = configuration
            part.rank = rank
            if let alpha = alphas.first(where: { $0.pattern.matches(String(module)) }) {
                part.alpha = alpha.alpha
            }
            return part.scale
        }
        return (even, evened)
    }
}
