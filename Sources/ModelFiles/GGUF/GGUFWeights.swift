import Platform
import Tensors

/// The weights of a model in a GGUF file.
struct GGUFWeights: WeightStore {
    private let file: GGUFFile
    let predominantType: ElementType
    var files: [MappedFile] { file.files }
    var byteCount: Int { file.byteCount }

    /// Checks that the file has exactly the tensors of the model, in their shapes.
    init(_ file: GGUFFile, _ configuration: ModelConfiguration) throws(ModelFileError) {
        self.file = file
        try Self.checkTensors(file, configuration)
        predominantType = Self.predominant(file.tensors.values.map { ($0.type, $0.elementCount) })
    }

    func weight(_ role: TensorRole, layer: Int) throws(ModelFileError) -> Weight {
        try file.weight(named: role.ggufName(layer: layer))
    }

    /// The tensor with the divisors of rotary frequencies.
    static let factorsName = "rope_freqs.weight"
    /// The same up to the context of pretraining.
    static let shortFactorsName = "rope_factors_short.weight"
    /// The same beyond it.
    static let longFactorsName = "rope_factors_long.weight"

    private static func factorNames(_ configuration: ModelConfiguration) -> [String] {
        configuration.traits.rotaryScaling == .longRope
            ? [shortFactorsName, longFactorsName] : [factorsName]
    }

    /// The divisors of the file's rotary frequencies.
    static func rotaryFactors(
        _ file: GGUFFile,
        _ configuration: ModelConfiguration
    ) throws(ModelFileError) -> RotaryFactors {
        if let factor = try GGUFSettings(file).linearFactor() {
            return RotaryFactors(
                short: [Float](repeating: factor, count: configuration.rotatedWidth / 2)
            )
        }
        let names = factorNames(configuration)
        var lists: [[Float]?] = []
        for name in names { lists.append(try factors(name, file, configuration)) }
        return RotaryFactors(short: lists[0], long: lists.count > 1 ? lists[1] : nil)
    }

    /// (rotated/2): a list of divisors; nil if the file has none.
    private static func factors(
        _ name: String,
        _ file: GGUFFile,
        _ configuration: ModelConfiguration
    ) throws(ModelFileError) -> [Float]? {
        guard let tensor = file.tensors[name] else { return nil }
        try check(tensor, hasShape: [configuration.rotatedWidth / 2], file)
        guard tensor.type == .f32 else { throw notFloat32(tensor, file) }
        let bytes = file.bytes(of: tensor)
        let factors = stride(from: 0, to: bytes.count, by: 4).map {
            Float(bitPattern: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
        }
        guard factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw ModelFileError(
                .corrupt,
                "\(file.path) has an impossible factor in \(name).",
                hint: ModelFileError.fetchAgain
            )
        }
        return factors
    }

    /// Checks that the file has exactly the tensors of the model, in their shapes.
    private static func checkTensors(
        _ file: GGUFFile,
        _ configuration: ModelConfiguration
    ) throws(ModelFileError) {
        var known = Set(factorNames(configuration))
        for role in TensorRole.allCases where role.isUsed(configuration) {
            let shape = role.shape(configuration)
            for layer in 0..<(role.isInEachLayer ? configuration.layerCount : 1) {
                let name = role.ggufName(layer: layer)
                guard let tensor = file.tensors[name] else {
                    throw ModelFileError(
                        .missingPart,
                        "\(file.path) lacks the tensor \(name).",
                        hint: "the file holds no whole model; get it again or use another"
                    )
                }
                try check(tensor, hasShape: shape, file)
                if role.isVector, tensor.type != .f32 { throw notFloat32(tensor, file) }
                known.insert(name)
            }
        }
        guard let unknown = file.tensors.keys.filter({ !known.contains($0) }).min() else { return }
        throw ModelFileError(
            .unsupportedArchitecture,
            "\(file.path) has the tensor \(unknown), which the architecture "
                + "\"\(configuration.architecture)\" does not use here.",
            hint: "use another model: leaving the tensor out would give wrong answers"
        )
    }

    private static func check(
        _ tensor: GGUFTensor,
        hasShape shape: [Int],
        _ file: GGUFFile
    ) throws(ModelFileError) {
        guard tensor.shape != shape else { return }
        throw ModelFileError(
            .wrongShape,
            "Tensor \(tensor.name) of \(file.path) has the shape \(tensor.shape), "
                + "where the model's sizes ask for \(shape).",
            hint: "the file contradicts itself; get it again"
        )
    }

    private static func notFloat32(_ tensor: GGUFTensor, _ file: GGUFFile) -> ModelFileError {
        ModelFileError(
            .unsupportedType,
            "Tensor \(tensor.name) of \(file.path) is stored as \(tensor.type), where F32 is needed.",
            hint: "convert the model again with a current converter"
        )
    }
}
