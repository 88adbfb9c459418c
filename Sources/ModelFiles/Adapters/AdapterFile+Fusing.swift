import Platform

/// Adapters between rows of the table with equal GGUF files: one may have a combined matrix for
/// gate and up, the other separate ones.
extension AdapterFile {
    /// The same changes with the names and matrices of models of an architecture.
    ///
    /// The change of a fused matrix is that of its parts with the same A. Adapters of other
    /// architectures are returned unchanged.
    ///
    /// - Throws: `ModelFileError` for changes of gate and up that no change of one matrix can
    ///   express.
    func refitted(to architecture: Architecture) throws(ModelFileError) -> AdapterFile {
        let modules = Set(configuration.targetModules)
        func has(_ row: Architecture) -> Bool {
            modules.isSubset(of: TensorRole.adaptable(in: row).map(\.module))
        }
        guard !has(architecture),
            let source = Architecture.all.first(where: {
                $0.ggufName == architecture.ggufName && has($0)
            })
        else { return self }
        var pairs: [(module: String, a: AdapterTensor, b: AdapterTensor)] = []
        for layer in 0..<layerCount {
            for (module, role) in TensorRole.adaptable(in: source) {
                guard let a = tensor(layer: layer, module: module, factor: .a),
                    let b = tensor(layer: layer, module: module, factor: .b)
                else { continue }
                func add(_ role: TensorRole, _ b: AdapterTensor) {
                    let module = role.module(in: architecture)
                    pairs.append((module, a.named(layer, module, .a), b.named(layer, module, .b)))
                }
                if role.isUsed(architecture) {
                    add(role, b)
                } else if role == .gateUp {
                    add(.gate, b.rows(0..<b.rows / 2))
                    add(.up, b.rows(b.rows / 2..<b.rows))
                } else if role == .gate {
                    add(.gateUp, b.followed(by: try up(layer, sharing: a)))
                } else if !modules.contains("gate_proj") {
                    throw Self.unfusable("it changes up_proj alone")
                }
            }
        }
        var configuration = configuration
        let changed = Set(pairs.map(\.module))
        configuration.targetModules = AdapterConfiguration.knownModules.filter(changed.contains)
        var adapter = try AdapterFile(
            configuration: configuration,
            tensors: pairs.flatMap { [$0.a, $0.b] }
        )
        adapter.isEvened = isEvened
        return adapter
    }

    /// The B of a layer's up, if its A is that of gate.
    private func up(
        _ layer: Int,
        sharing a: AdapterTensor
    ) throws(ModelFileError) -> AdapterTensor {
        guard let b = tensor(layer: layer, module: "up_proj", factor: .b) else {
            throw Self.unfusable("it changes gate_proj alone")
        }
        guard tensor(layer: layer, module: "up_proj", factor: .a)?.values == a.values else {
            throw Self.unfusable("its gate_proj and up_proj have different lora_A")
        }
        return b
    }

    private static func unfusable(_ reason: String) -> ModelFileError {
        ModelFileError(
            .wrongShape,
            "The adapter does not fit this model, where one matrix makes gate and up: \(reason).",
            hint: "use the model that the adapter was trained on"
        )
    }
}

extension AdapterTensor {
    fileprivate func named(
        _ layer: Int,
        _ module: String,
        _ factor: AdapterFile.Factor
    ) -> AdapterTensor {
        AdapterTensor(
            name: AdapterFile.name(layer: layer, module: module, factor: factor),
            rows: rows,
            columns: columns,
            values: values
        )
    }

    fileprivate func rows(_ range: Range<Int>) -> AdapterTensor {
        AdapterTensor(
            name: name,
            rows: range.count,
            columns: columns,
            values: Array(values[range.lowerBound * columns..<range.upperBound * columns])
        )
    }

    fileprivate func followed(by other: AdapterTensor) -> AdapterTensor {
        AdapterTensor(
            name: name,
            rows: rows + other.rows,
            columns: columns,
            values: values + other.values
        )
    }
}
