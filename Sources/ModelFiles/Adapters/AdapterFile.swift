public import Platform

/// One matrix of an adapter, in float32.
public struct AdapterTensor: Sendable, Equatable {
    /// PEFT's name, see `AdapterFile.name(layer:module:factor:)`.
    public let name: String
    /// R of an A; the width of the output of a B.
    public let rows: Int
    /// The width of the input of an A; R of a B.
    public let columns: Int
    /// In row-major order.
    public let values: [Float]

    /// Creates a matrix of `rows` times `columns` numbers.
    public init(name: String, rows: Int, columns: Int, values: [Float]) {
        precondition(
            values.count == rows * columns,
            "\(name) has \(values.count) numbers for \(rows) rows of \(columns)"
        )
        self.name = name
        self.rows = rows
        self.columns = columns
        self.values = values
    }
}

/// A LoRA adapter in PEFT's format: a folder with its configuration and its matrices.
///
/// The rows of a query's and key's B are in Hugging Face's order, where rotation pairs the halves
/// of a head; `permuteToAdjacentPairs` converts them to the order of a GGUF file.
public struct AdapterFile: Sendable, Equatable {
    /// The two factors of a change B A.
    public enum Factor: String, Sendable, CaseIterable {
        /// (R, in).
        case a = "lora_A"
        /// (out, R).
        case b = "lora_B"
    }

    /// The adapter's configuration.
    public private(set) var configuration: AdapterConfiguration
    /// Its matrices, by PEFT's names.
    public let tensors: [String: AdapterTensor]
    /// The number of layers up to the last one that it changes.
    public let layerCount: Int
    /// Whether it was converted from one with matrices that differ in rank, in scale, or in layers,
    /// so that training cannot continue from it; its last layers may be missing.
    public internal(set) var isEvened = false

    /// Creates an adapter, and checks that each layer has both factors of each target in the
    /// configuration's rank, and nothing else.
    ///
    /// `origin` names the adapter in errors.
    public init(
        configuration: AdapterConfiguration,
        tensors: [AdapterTensor],
        origin: String = "the adapter"
    ) throws(ModelFileError) {
        self.configuration = configuration
        self.tensors = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
        var expected: Set<String> = []
        var layers = configuration.layers?[...]
        var layer = 0
        while expected.count < tensors.count {
            if layers != nil {
                guard let next = layers?.popFirst() else {
                    throw Self.misfit("it has matrices of layers that it does not change")
                }
                layer = next
            }
            for module in configuration.targetModules {
                for factor in Factor.allCases {
                    let name = Self.name(layer: layer, module: module, factor: factor)
                    guard let tensor = self.tensors[name] else {
                        throw Self.misfit(origin, lacks: name, tensors, expected)
                    }
                    let rank = factor == .a ? tensor.rows : tensor.columns
                    guard rank == configuration.rank else {
                        throw ModelFileError(
                            .wrongShape,
                            "\(name) of \(origin) has rank \(rank), "
                                + "but the configuration says \(configuration.rank).",
                            hint: "the adapter's two files belong to different adapters"
                        )
                    }
                    expected.insert(name)
                }
            }
            layer += 1
        }
        guard layer > 0, layers?.isEmpty ?? true else {
            throw ModelFileError(
                .missingPart,
                "\(origin) has no matrices\(layer > 0 ? " for some of its layers" : "").",
                hint: "the adapter is incomplete; copy it again"
            )
        }
        layerCount = layer
    }

    /// The same adapter with a base model name, if it has none yet.
    public func naming(base: String) -> AdapterFile {
        var named = self
        named.configuration.baseModelName = configuration.baseModelName ?? base
        return named
    }

    /// PEFT's name of a matrix; `module` is one of `AdapterConfiguration.knownModules`.
    public static func name(layer: Int, module: String, factor: Factor) -> String {
        let block =
            switch module {
            case "gate_proj", "up_proj", "down_proj", "gate_up_proj": "mlp"
            case "input_linear", "output_linear": "shared_mlp"
            default: "self_attn"
            }
        return "base_model.model.model.layers.\(layer).\(block).\(module).\(factor.rawValue).weight"
    }

    /// The matrix of a target module in one of the layers.
    public func tensor(layer: Int, module: String, factor: Factor) -> AdapterTensor? {
        tensors[Self.name(layer: layer, module: module, factor: factor)]
    }

    /// Checks that the adapter was made for a model of this size.
    public func check(fits model: ModelConfiguration) throws(ModelFileError) {
        let isWhole = layerCount == model.layerCount
        let mayLackLayers = isEvened || configuration.layers != nil
        guard isWhole || mayLackLayers && layerCount < model.layerCount else {
            throw Self.misfit("it has \(layerCount) layers, the model \(model.layerCount)")
        }
        for layer in configuration.layers ?? Array(0..<layerCount) {
            for module in configuration.targetModules {
                guard let shape = model.projectionShape(module) else {
                    throw Self.misfit("it changes \(module), which the model does not have")
                }
                let a = tensor(layer: layer, module: module, factor: .a)?.columns
                let b = tensor(layer: layer, module: module, factor: .b)?.rows
                guard a == shape.columns, b == shape.rows else {
                    throw Self.misfit(
                        "its \(module) in layer \(layer) is for \(b ?? 0) x \(a ?? 0) numbers, "
                            + "the model's has \(shape.rows) x \(shape.columns)"
                    )
                }
            }
        }
    }

    private static func misfit(_ reason: String) -> ModelFileError {
        ModelFileError(
            .wrongShape,
            "The adapter does not fit this model: \(reason).",
            hint: "use the model that the adapter was trained on"
        )
    }

    /// The error for a missing matrix; another one may be in its place.
    private static func misfit(
        _ origin: String,
        lacks name: String,
        _ tensors: [AdapterTensor],
        _ expected: Set<String>
    ) -> ModelFileError {
        let others = tensors.map(\.name).filter { !expected.contains($0) }.sorted()
        let foreign = others.first { other in
            !AdapterConfiguration.knownModules.contains { module in
                Factor.allCases.contains { other.hasSuffix(".\(module).\($0.rawValue).weight") }
            }
        }
        if let foreign {
            return ModelFileError(
                .unsupportedAdapter,
                "\(origin) has the matrix \(foreign), which is not supported.",
                hint: "save it as a plain LoRA on the projections of each layer"
            )
        }
        return ModelFileError(
            .missingPart,
            "\(origin) lacks \(name)" + (others.first.map { ", but has \($0)." } ?? "."),
            hint: "the adapter is incomplete or for another kind of model"
        )
    }
}

extension ModelConfiguration {
    /// The shape (out, in) of the projection with PEFT's name `module`; nil if there is none.
    func projectionShape(_ module: String) -> (rows: Int, columns: Int)? {
        let known = TensorRole.adaptable(in: traits)
        guard let role = known.first(where: { $0.module == module })?.role else { return nil }
        let shape = role.shape(self)
        return (shape[0], shape[1])
    }
}
