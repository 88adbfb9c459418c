internal import JSON

/// The meaning of `target_modules` of a PEFT adapter that is more than a list of projections: an
/// expression that matches a module's whole name, or suffixes such as `layers.3.self_attn.q_proj`.
///
/// The matrices in the file contain the same information, so the two are compared.
struct AdapterTargets {
    private enum Rule {
        case expression(ModulePattern)
        case ends([String])
    }

    /// The changed projections, in the order of `AdapterConfiguration.knownModules`.
    let modules: [String]
    /// Whether all layers up to the last changed one have the same changes.
    let areEven: Bool

    /// Reads the rule in a configuration's JSON, and applies it to the names of the matrices.
    ///
    /// - Parameter names: Returns the names if needed.
    /// - Returns: Nil for a plain list, which the configuration reads.
    /// - Throws: `ModelFileError` for an unsupported expression, and if the matrices are not
    ///   those of the rule.
    static func read(
        _ object: JSONObject,
        names: () throws(ModelFileError) -> [String]
    ) throws(ModelFileError) -> AdapterTargets? {
        if object["target_modules"] == .string("all-linear"),
            let fused = AdapterTargets(fusedIn: (try? names()) ?? [])
        {
            return fused
        }
        guard let rule = try rule(object["target_modules"]) else { return nil }
        let layers = try layers(object["layers_to_transform"])
        if case .expression = rule, layers != nil {
            throw AdapterConfiguration.refusal(
                "it uses layers_to_transform beside an expression in target_modules"
            )
        }
        return try AdapterTargets(rule, layers, names())
    }

    private static func rule(_ value: JSONValue?) throws(ModelFileError) -> Rule? {
        switch value {
        case .string("all-linear"): return nil
        case .string(let source):
            return .expression(try ModulePattern(source, of: "target_modules"))
        case .array(let values):
            var ends: [String] = []
            for value in values {
                guard case .string(let name) = value else { return nil }
                ends.append(name)
            }
            let modules = AdapterConfiguration.knownModules
            // Other modules are refused with the configuration.
            let areKnown = ends.allSatisfy { end in
                modules.contains { end == $0 || end.hasSuffix(".\($0)") }
            }
            return !areKnown || ends.allSatisfy(modules.contains) ? nil : .ends(ends)
        default: return nil
        }
    }

    private static func layers(_ value: JSONValue?) throws(ModelFileError) -> Set<Int>? {
        switch value {
        case nil, .null: return nil
        case .integer(let layer): return [layer]
        case .array(let values):
            var layers: Set<Int> = []
            for value in values {
                guard case .integer(let layer) = value else {
                    throw AdapterConfiguration.refusal(
                        "its layers_to_transform contains something that is not a layer"
                    )
                }
                layers.insert(layer)
            }
            return layers.isEmpty ? nil : layers
        default:
            throw AdapterConfiguration.refusal(
                "its layers_to_transform contains something that is not a layer"
            )
        }
    }

    private init(
        _ rule: Rule,
        _ wanted: Set<Int>?,
        _ names: [String]
    ) throws(ModelFileError) {
        var present: Set<String> = []
        for name in names {
            guard let module = Self.module(of: name) else {
                throw AdapterConfiguration.refusal("it changes \(name.prefix(200))")
            }
            present.insert(module)
        }
        let all = AdapterConfiguration.knownModules
        let last = present.compactMap { Self.layer(of: $0) }.max() ?? -1
        guard last < 1 << 12 else { throw AdapterConfiguration.refusal("it changes layer \(last)") }
        var layers: [Set<String>] = []
        for layer in 0..<(last + 1) {
            var changed: Set<String> = []
            for module in all {
                let name = Self.name(layer: layer, module: module)
                let isMeant = wanted?.contains(layer) ?? true && Self.means(rule, name)
                guard isMeant == present.contains(name) else {
                    throw AdapterConfiguration.refusal(
                        present.contains(name)
                            ? "it has matrices for \(name), which its target_modules do not mean"
                            : "it has no matrices for \(name), which its target_modules mean"
                    )
                }
                if present.contains(name) { changed.insert(module) }
            }
            layers.append(changed)
        }
        let changed = layers.reduce(into: Set<String>()) { $0.formUnion($1) }
        guard !changed.isEmpty else { throw AdapterConfiguration.refusal("it changes no module") }
        modules = all.filter(changed.contains)
        areEven = layers.enumerated().allSatisfy { layer, modules in
            modules == changed || wanted?.contains(layer) == false
        }
    }

    /// All projections of a model in which one matrix combines several; nil for other models.
    private init?(fusedIn names: [String]) {
        let present = Set(names.compactMap { Self.module(of: $0)?.split(separator: ".").last })
        guard !present.isDisjoint(with: ["qkv_proj", "input_linear"]) else { return nil }
        modules = AdapterConfiguration.knownModules.filter { present.contains(Substring($0)) }
        areEven = true
    }

    private static func means(_ rule: Rule, _ name: String) -> Bool {
        switch rule {
        case .expression(let pattern): pattern.matches(name)
        case .ends(let ends): ends.contains { name == $0 || name.hasSuffix(".\($0)") }
        }
    }

    /// A module's name in the model, as PEFT compares it.
    private static func name(layer: Int, module: String) -> String {
        Self.module(of: AdapterFile.name(layer: layer, module: module, factor: .a)) ?? module
    }

    /// The module that a matrix changes: `model.layers.0.self_attn.q_proj`.
    private static func module(of name: String) -> String? {
        guard name.hasPrefix(start) else { return nil }
        for factor in AdapterFile.Factor.allCases {
            let ending = ".\(factor.rawValue).weight"
            if name.hasSuffix(ending) {
                return String(name.dropFirst(start.count).dropLast(ending.count))
            }
        }
        return nil
    }

    /// The prefix that PEFT's wrapper adds to the model's names.
    private static let start = "base_model.model."

    private static func layer(of module: String) -> Int? {
        let parts = module.split(separator: ".")
        guard let place = parts.firstIndex(of: "layers"), place + 1 < parts.count else {
            return nil
        }
        return Int(parts[place + 1])
    }
}
