public import Tensors

/// The type of each tensor of a model, under llama.cpp's names for such files.
///
/// Source: `llama_tensor_get_type` of llama.cpp, for models without experts
/// and without an importance matrix.
public enum QuantizationRecipe: String, Sendable, CaseIterable {
    /// IEEE single precision.
    case f32 = "F32"
    /// IEEE half precision.
    case f16 = "F16"
    /// The upper half of IEEE single precision.
    case bf16 = "BF16"
    /// Eight bits.
    case q8_0 = "Q8_0"
    /// Six bits.
    case q6_k = "Q6_K"
    /// Five bits, and six for the values, the feed-forward outputs of many layers and the output.
    case q5_k_m = "Q5_K_M"
    /// Five bits, and six for the output.
    case q5_k_s = "Q5_K_S"
    /// Five bits with an offset.
    case q5_1 = "Q5_1"
    /// Five bits.
    case q5_0 = "Q5_0"
    /// Four bits, and six for the values, the feed-forward outputs of many layers and the output.
    case q4_k_m = "Q4_K_M"
    /// Four bits, five in the first layers, and six for the output.
    case q4_k_s = "Q4_K_S"
    /// Four bits with an offset.
    case q4_1 = "Q4_1"
    /// Four bits.
    case q4_0 = "Q4_0"

    /// The recipe with that name, in any case; `Q4_K` and `Q5_K` mean the medium ones.
    public init?(name: String) {
        let name = name.uppercased()
        self.init(rawValue: ["Q4_K", "Q5_K"].contains(name) ? name + "_M" : name)
    }

    /// The name, in llama.cpp's spelling.
    public var name: String { rawValue }

    /// The value of `general.file_type` for such a file.
    var fileType: UInt32 {
        switch self {
        case .f32: 0
        case .f16: 1
        case .q4_0: 2
        case .q4_1: 3
        case .q8_0: 7
        case .q5_0: 8
        case .q5_1: 9
        case .q4_k_s: 14
        case .q4_k_m: 15
        case .q5_k_s: 16
        case .q5_k_m: 17
        case .q6_k: 18
        case .bf16: 32
        }
    }

    /// The type of most matrices.
    public var type: ElementType {
        switch self {
        case .f32: .f32
        case .f16: .f16
        case .bf16: .bf16
        case .q8_0: .q8_0
        case .q6_k: .q6_k
        case .q5_k_m, .q5_k_s: .q5_k
        case .q5_1: .q5_1
        case .q5_0: .q5_0
        case .q4_k_m, .q4_k_s: .q4_k
        case .q4_1: .q4_1
        case .q4_0: .q4_0
        }
    }

    private var isMedium: Bool { self == .q4_k_m || self == .q5_k_m }

    /// What the rules need to know of the model.
    struct Model {
        /// The number of layers.
        let layerCount: Int
        /// Whether the output matrix is a separate tensor.
        let hasOutput: Bool
        /// Whether it is one of the 80-layer models whose values are shared by many query heads.
        let hasFewValues: Bool
    }

    /// The type for a tensor; nil for one that keeps its type.
    ///
    /// Vectors, norms and tensors that are not weights keep theirs. A row that is not a multiple of
    /// the block size gets a type with smaller blocks, or float16.
    func type(for tensor: GGUFTensor, in model: Model) -> ElementType? {
        let isMatrix = tensor.shape.dropLast().contains { $0 > 1 }
        guard let columns = tensor.shape.last, isMatrix, tensor.name.hasSuffix("weight"),
            !tensor.name.hasSuffix("_norm.weight")
        else { return nil }
        guard type.isQuantized else { return type }
        let wanted = wantedType(for: tensor.name, columns: columns, in: model)
        return Self.fitting(wanted, columns: columns)
    }

    private func wantedType(for name: String, columns: Int, in model: Model) -> ElementType {
        // The matrix that computes the logits, which may be the embedding too.
        if name == (model.hasOutput ? "output.weight" : "token_embd.weight") {
            if columns % type.blockLength != 0 { return .q8_0 }
            return type == .q8_0 ? type : .q6_k
        }
        let layer = Self.layer(of: name)
        if name.hasSuffix("attn_v.weight") {
            var wanted = type
            if isMedium, Self.deservesMoreBits(layer, of: model.layerCount) { wanted = .q6_k }
            if self == .q4_k_s, layer < 4 { wanted = .q5_k }
            return model.hasFewValues && wanted == .q4_k ? .q5_k : wanted
        }
        if name.hasSuffix("ffn_down.weight") {
            if isMedium, Self.deservesMoreBits(layer, of: model.layerCount) { return .q6_k }
            if self == .q4_k_s, layer < model.layerCount / 8 { return .q5_k }
        }
        if name.hasSuffix("attn_qkv.weight"), isMedium { return self == .q4_k_m ? .q5_k : .q6_k }
        return type
    }

    /// The type, or the next best one whose block size divides a row.
    private static func fitting(_ type: ElementType, columns: Int) -> ElementType {
        guard columns % type.blockLength != 0 else { return type }
        let smaller: ElementType =
            switch type {
            case .q4_k: .q5_0
            case .q5_k: .q5_1
            case .q6_k: .q8_0
            default: .f16
            }
        return columns % smaller.blockLength == 0 ? smaller : .f16
    }

    /// The first and the last eighth of the layers, and every third between.
    private static func deservesMoreBits(_ layer: Int, of count: Int) -> Bool {
        layer < count / 8 || layer >= 7 * count / 8 || (layer - count / 8) % 3 == 2
    }

    /// The number in `blk.7.attn_v.weight`.
    private static func layer(of name: String) -> Int {
        let parts = name.split(separator: ".")
        return parts.count > 1 && parts[0] == "blk" ? Int(parts[1]) ?? 0 : 0
    }
}
