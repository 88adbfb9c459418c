import Tensors

/// The weights of a model in a GGUF file, or in the safetensors files of a folder.
protocol WeightStore: Sendable {
    /// The files of the weights, which stay mapped.
    var files: [MappedFile] { get }
    /// The size of all files of the model, in bytes.
    var byteCount: Int { get }
    /// The type of most numbers.
    var predominantType: ElementType { get }

    /// The weight for `role`, which the model has in that layer; a vector is returned as F32.
    func weight(_ role: TensorRole, layer: Int) throws(ModelFileError) -> Weight
}

extension WeightStore {
    /// The paths of the files of the weights.
    var paths: [String] { files.map(\.path) }

    /// The type with the highest count.
    static func predominant(
        _ counts: some Sequence<(type: ElementType, count: Int)>
    ) -> ElementType {
        var sums: [ElementType: Int] = [:]
        for (type, count) in counts { sums[type, default: 0] += count }
        return sums.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .f32
    }
}
