import Platform
import Tensors

/// A LoRA adapter in llama.cpp's format: a GGUF file of the type `adapter`.
///
/// Its matrices are named after the model's, `blk.0.attn_q.weight.lora_a` and `.lora_b`, with
/// PEFT's shapes. For `llama` the rows of a query's and key's B are in the order of that
/// architecture's files, so that only the base model's heads determine Hugging Face's order. Its
/// only alpha is divided by the rank of each pair; an alpha of 0, or none, means a scale of 1.
/// Source: `llama-adapter.cpp`.
struct GGUFAdapter {
    /// A changed matrix of a layer.
    private struct Target: Hashable {
        let layer: Int
        let module: String
    }

    private let path: String
    private let architecture: String
    /// Nil for a scale of 1 at any rank.
    private let alpha: Double?
    private let baseModelName: String?
    private let pairs: [Target: [AdapterFile.Factor: AdapterTensor]]

    /// Reads a file; its numbers are widened to float32.
    init(_ file: GGUFFile) throws(ModelFileError) {
        path = file.path
        guard file.metadata["general.type"]?.text == "adapter" else {
            throw ModelFileError(
                .foreignFormat,
                "\(path) holds no adapter: its general.type is not \"adapter\".",
                hint: "name a LoRA in GGUF, or a folder in PEFT's layout"
            )
        }
        let kind = file.metadata["adapter.type"]?.text ?? "of no type"
        guard kind == "lora" else { throw Self.refusal(path, "it is \(kind), not lora") }
        guard file.metadata["adapter.alora.invocation_tokens"] == nil else {
            throw Self.refusal(path, "it is only for what follows its invocation tokens")
        }
        guard let architecture = file.metadata["general.architecture"]?.text,
            let parts = Architecture.ofGGUF(architecture)
        else {
            throw Self.refusal(
                path,
                "it is for the architecture "
                    + "\"\(file.metadata["general.architecture"]?.text ?? "")\"; supported: "
                    + Architecture.namesInGGUF
            )
        }
        self.architecture = architecture
        alpha = try Self.alpha(file)
        baseModelName = file.metadata["general.base_model.0.name"]?.text
        pairs = try Self.pairs(file, parts)
        for part in file.files { try part.checkIntact() }
    }

    private static func alpha(_ file: GGUFFile) throws(ModelFileError) -> Double? {
        guard let value = file.metadata["adapter.lora.alpha"] else { return nil }
        guard let alpha = value.number, alpha.isFinite else {
            throw refusal(file.path, "its adapter.lora.alpha is no finite number")
        }
        return alpha == 0 ? nil : alpha
    }

    private static func pairs(
        _ file: GGUFFile,
        _ parts: Architecture
    ) throws(ModelFileError) -> [Target: [AdapterFile.Factor: AdapterTensor]] {
        var pairs: [Target: [AdapterFile.Factor: AdapterTensor]] = [:]
        for tensor in file.tensorsInOrder {
            guard let (target, factor) = place(of: tensor.name, parts) else {
                throw refusal(file.path, "it has the matrix \(tensor.name.prefix(200))")
            }
            pairs[target, default: [:]][factor] = try matrix(tensor, target, factor, file)
        }
        for (target, pair) in pairs {
            guard let a = pair[.a], let b = pair[.b] else {
                throw ModelFileError(
                    .missingPart,
                    "\(file.path) has only one half of the change to \(target.module) "
                        + "in layer \(target.layer).",
                    hint: ModelFileError.fetchAgain
                )
            }
            guard a.rows == b.columns else {
                throw ModelFileError(
                    .wrongShape,
                    "\(file.path) changes \(target.module) in layer \(target.layer) by an A of rank "
                        + "\(a.rows) and a B of rank \(b.columns).",
                    hint: ModelFileError.fetchAgain
                )
            }
        }
        guard !pairs.isEmpty else {
            throw ModelFileError(
                .missingPart,
                "\(file.path) has no matrices.",
                hint: "the adapter is incomplete; copy it again"
            )
        }
        return pairs
    }

    /// The layer, module and factor of `blk.3.attn_q.weight.lora_a`; nil for unknown names.
    private static func place(
        of name: String,
        _ architecture: Architecture
    ) -> (Target, AdapterFile.Factor)? {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 5, let layer = Int(parts[1]), (0..<1 << 16).contains(layer) else {
            return nil
        }
        for (module, role) in TensorRole.adaptable(in: architecture) {
            for factor in AdapterFile.Factor.allCases
            where name == Self.name(role, layer: layer, factor) {
                return (Target(layer: layer, module: module), factor)
            }
        }
        return nil
    }

    /// llama.cpp's name of a matrix.
    static func name(_ role: TensorRole, layer: Int, _ factor: AdapterFile.Factor) -> String {
        "\(role.ggufName(layer: layer)).\(factor == .a ? "lora_a" : "lora_b")"
    }

    private static func matrix(
        _ tensor: GGUFTensor,
        _ target: Target,
        _ factor: AdapterFile.Factor,
        _ file: GGUFFile
    ) throws(ModelFileError) -> AdapterTensor {
        guard tensor.shape.count <= 2 else {
            throw refusal(file.path, "\(tensor.name) has the shape \(tensor.shape)")
        }
        let weight = try file.weight(named: tensor.name)
        let values = [Float](unsafeUninitializedCapacity: tensor.elementCount) { space, count in
            if let from = weight.bytes.baseAddress, let to = space.baseAddress {
                tensor.type.dequantize(from, count: tensor.elementCount, into: to)
                count = tensor.elementCount
            }
        }
        guard values.allSatisfy(\.isFinite) else {
            throw ModelFileError(
                .corrupt,
                "\(file.path) has numbers in \(tensor.name) that are not finite.",
                hint: "the adapter's training went wrong; use an earlier one"
            )
        }
        return AdapterTensor(
            name: AdapterFile.name(layer: target.layer, module: target.module, factor: factor),
            rows: weight.rows,
            columns: weight.columns,
            values: values
        )
    }

    private static func refusal(_ path: String, _ reason: String) -> ModelFileError {
        let error = AdapterConfiguration.refusal(reason)
        return ModelFileError(error.code, "\(path): \(error.message)", hint: error.hint)
    }
}

// MARK: - As PEFT would keep it

extension GGUFAdapter {
    /// The settings of an equal adapter of PEFT's, whose rank is the largest in the file.
    private var even: AdapterConfiguration {
        let ranks = pairs.values.compactMap { $0[.a]?.rows }
        let rank = ranks.max() ?? 1
        let modules = Set(pairs.keys.map(\.module))
        return AdapterConfiguration(
            rank: rank,
            alpha: alpha ?? Double(rank),
            targetModules: AdapterConfiguration.knownModules.filter(modules.contains),
            baseModelName: baseModelName
        )
    }

    /// Whether all matrices have that rank, and every layer has all of them.
    private func isEven(_ configuration: AdapterConfiguration, layerCount: Int) -> Bool {
        pairs.count == layerCount * configuration.targetModules.count
            && pairs.values.allSatisfy { $0[.a]?.rows == configuration.rank }
    }

    /// The settings, if training can continue: all layers have the same changes.
    func evenConfiguration() throws(ModelFileError) -> AdapterConfiguration {
        let configuration = even
        let layerCount = (pairs.keys.map(\.layer).max() ?? 0) + 1
        guard isEven(configuration, layerCount: layerCount) else {
            throw Self.refusal(path, "its layers are changed unlike each other")
        }
        return configuration
    }

    /// The adapter with PEFT's names and order, for the model that it was made for.
    func adapterFile(
        for model: ModelConfiguration
    ) throws(ModelFileError) -> AdapterFile {
        guard architecture == model.architecture else {
            throw ModelFileError(
                .wrongShape,
                "\(path) is for a model of the architecture \(architecture), "
                    + "and this one is \(model.architecture).",
                hint: "use the model that the adapter was trained on"
            )
        }
        var tensors: [AdapterTensor] = []
        for (target, pair) in pairs {
            guard target.layer < model.layerCount else {
                throw misfit("it changes layer \(target.layer) of \(model.layerCount)")
            }
            guard let a = pair[.a], let b = pair[.b] else { continue }
            guard let shape = model.projectionShape(target.module) else {
                throw misfit("it changes \(target.module), which the model does not have")
            }
            guard a.columns == shape.columns, b.rows == shape.rows else {
                throw misfit(
                    "its \(target.module) in layer \(target.layer) is for \(b.rows) x \(a.columns) "
                        + "numbers, the model's has \(shape.rows) x \(shape.columns)"
                )
            }
            tensors += [a, inHalves(b, target, model)]
        }
        let configuration = even
        let evened = try AdapterEvening(configuration).even(
            tensors,
            layerCount: model.layerCount
        ) { _, rank in
            alpha.map { $0 / Double(rank) } ?? 1
        }
        var adapter = try AdapterFile(configuration: configuration, tensors: evened, origin: path)
        adapter.isEvened = !isEven(configuration, layerCount: model.layerCount)
        return adapter
    }

    private func inHalves(
        _ b: AdapterTensor,
        _ target: Target,
        _ model: ModelConfiguration
    ) -> AdapterTensor {
        let role = TensorRole.adaptable.first { $0.module == target.module }?.role
        guard model.traits.rotaryLayout == .adjacentPairs, let heads = role?.rotatedHeads(model)
        else { return b }
        return AdapterTensor(
            name: b.name,
            rows: b.rows,
            columns: b.columns,
            values: permuteToHalves(b.values, columns: b.columns, heads: heads)
        )
    }

    private func misfit(_ reason: String) -> ModelFileError {
        ModelFileError(
            .wrongShape,
            "\(path) does not fit this model: \(reason).",
            hint: "use the model that the adapter was trained on"
        )
    }
}
