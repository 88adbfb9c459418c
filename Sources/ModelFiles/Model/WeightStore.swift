import Tensors

/// Where the weights of a model lie: in a GGUF file, or in the safetensors files of a folder.
protocol WeightStore: Sendable {
    /// The files that the weights are in, which stay mapped.
    var files: [MappedFile] { get }
    /// The size of all that the model is read from, in bytes.
    var byteCount: Int { get }
    /// The type that holds more numbers than any other.
    var predominantType: ElementType { get }

    /// The weight for `role`, which the model has in that layer; a vector comes as F32.
    func weight(_ role: TensorRole, layer: Int) throws(ModelFileError) -> Weight
}

extension WeightStore {
    /// The paths of the files that the weights are in.
    var paths: [String] { files.map(\.path) }

    /// Of types with their counts of numbers, the one with the most.
    static func predominant(
        _ counts: some Sequence<(type: ElementType, count: Int)>
    ) -> ElementType {
        var sums: [ElementType: Int] = [:]
        for (type, count) in counts { sums[type, default: 0] += count }
        return sums.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .f32
    }
}
