internal import FoundationEssentials
internal import JSON

/// Settings by which the matrices of a PEFT adapter differ from each other: `rank_pattern`,
/// `alpha_pattern` and `layers_to_transform`.
///
/// Such an adapter is read as an equal one whose matrices are all alike, see `AdapterEvening`.
struct AdapterPatterns {
    private let alphas: [(pattern: String, alpha: Double)]

    /// Takes the patterns out of a configuration's JSON; nil where it has none.
    ///
    /// - Returns: The patterns and the JSON without them.
    static func take(
        from json: [UInt8]
    ) throws(ModelFileError) -> (patterns: AdapterPatterns, rest: [UInt8])? {
        guard case .object(let object)? = try? JSONParser.parse(json) else { return nil }
        let names = ["rank_pattern", "alpha_pattern", "layers_to_transform", "layers_pattern"]
        // What differs in its layers alone is read as it is, unless those are named by a pattern.
        guard names.contains(where: { $0 != "layers_to_transform" && isSet(object[$0]) }) else {
            return nil
        }
        var rest = JSONObject()
        for member in object.members where !names.contains(member.name.text) {
            _ = rest.insert(member.value, named: member.name)
        }
        var alphas: [(pattern: String, alpha: Double)] = []
        if case .object(let patterns)? = object["alpha_pattern"] {
            for member in patterns.members {
                let alpha: Double
                switch member.value {
                case .integer(let number): alpha = Double(number)
                case .number(let number): alpha = number
                default:
                    throw AdapterConfiguration.refusal("its alpha_pattern holds what is no number")
                }
                alphas.append((try literal(member.name.text), alpha))
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

    /// A pattern that is a name, or the end of one; others are regular expressions.
    private static func literal(_ pattern: String) throws(ModelFileError) -> String {
        let name = pattern.replacing("\\.", with: ".")
        let isName = name.drop { $0 == "^" }.allSatisfy {
            $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_" || $0 == ".")
        }
        guard isName else {
            throw AdapterConfiguration.refusal(
                "its alpha_pattern has the expression \"\(pattern.prefix(80))\""
            )
        }
        return name
    }

    /// Whether a pattern means a module such as `model.layers.0.self_attn.q_proj`.
    private static func matches(_ pattern: String, _ module: String) -> Bool {
        if pattern.hasPrefix("^") { return module == pattern.dropFirst() }
        return module == pattern || module.hasSuffix(".\(pattern)")
    }

    /// The same adapter with matrices of one rank and one scale.
    func evenedOut(
        _ configuration: AdapterConfiguration,
        _ tensors: [AdapterTensor]
    ) throws(ModelFileError) -> (configuration: AdapterConfiguration, tensors: [AdapterTensor]) {
        var even = configuration
        even.rank = AdapterEvening.rank(of: tensors) ?? configuration.rank
        // No factor in B brings back what a scale of zero took away.
        if even.scale == 0 { even.alpha = Double(even.rank) }
        let evened = try AdapterEvening(even).even(tensors) { tensor, rank in
            let module = tensor.name.split(separator: ".lora_")[0]
                .drop { $0 != "." }.dropFirst().drop { $0 != "." }.dropFirst()
            var part = configuration
            part.rank = rank
            if let alpha = alphas.first(where: { Self.matches($0.pattern, String(module)) }) {
                part.alpha = alpha.alpha
            }
            return part.scale
        }
        return (even, evened)
    }
}
