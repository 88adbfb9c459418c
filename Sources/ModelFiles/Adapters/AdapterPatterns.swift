internal import FoundationEssentials
internal import JSON

/// Settings by which the matrices of a PEFT adapter differ from each other: `rank_pattern`,
/// `alpha_pattern` and `layers_to_transform`.
///
/// Such an adapter is read as an equal one whose matrices are all of the largest rank: rows and
/// columns of zeros are added, B takes up what differs in the scales, and a layer that is not
/// changed has a change of zero.
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
        guard names.contains(where: { isSet(object[$0]) }) else { return nil }
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
    ) -> (configuration: AdapterConfiguration, tensors: [AdapterTensor]) {
        let isA: (AdapterTensor) -> Bool = { $0.name.hasSuffix(".lora_A.weight") }
        let ranks = tensors.map { isA($0) ? $0.rows : $0.columns }
        guard let rank = ranks.max() else { return (configuration, tensors) }
        var even = configuration
        even.rank = rank
        let evened = zip(tensors, ranks).map { tensor, own in
            let module = tensor.name.split(separator: ".lora_")[0]
                .drop { $0 != "." }.dropFirst().drop { $0 != "." }.dropFirst()
            var part = configuration
            part.rank = own
            if let alpha = alphas.first(where: { Self.matches($0.pattern, String(module)) }) {
                part.alpha = alpha.alpha
            }
            return isA(tensor)
                ? Self.widened(tensor, rows: rank, columns: tensor.columns, by: 1)
                : Self.widened(
                    tensor,
                    rows: tensor.rows,
                    columns: rank,
                    by: Float(part.scale / even.scale)
                )
        }
        return (even, evened + Self.missing(evened, even))
    }

    private static func widened(
        _ tensor: AdapterTensor,
        rows: Int,
        columns: Int,
        by factor: Float
    ) -> AdapterTensor {
        var values = [Float](repeating: 0, count: rows * columns)
        for row in 0..<tensor.rows {
            for column in 0..<tensor.columns {
                values[row * columns + column] =
                    factor * tensor.values[row * tensor.columns + column]
            }
        }
        return AdapterTensor(name: tensor.name, rows: rows, columns: columns, values: values)
    }

    /// Changes of zero for the layers that have none, up to the last that has one.
    private static func missing(
        _ tensors: [AdapterTensor],
        _ configuration: AdapterConfiguration
    ) -> [AdapterTensor] {
        let known = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
        let layers = tensors.compactMap { tensor in
            tensor.name.split(separator: ".").drop { $0 != "layers" }.dropFirst().first
                .flatMap { Int($0) }
        }
        guard let last = layers.max(), last < 1 << 16 else { return [] }
        return configuration.targetModules.flatMap { module in
            AdapterFile.Factor.allCases.flatMap { factor -> [AdapterTensor] in
                let names = (0...last).map {
                    AdapterFile.name(layer: $0, module: module, factor: factor)
                }
                guard let model = names.lazy.compactMap({ known[$0] }).first else { return [] }
                return names.filter { known[$0] == nil }.map { name in
                    AdapterTensor(
                        name: name,
                        rows: model.rows,
                        columns: model.columns,
                        values: [Float](repeating: 0, count: model.values.count)
                    )
                }
            }
        }
    }
}
