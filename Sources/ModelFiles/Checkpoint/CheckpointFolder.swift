internal import FoundationEssentials
import JSON
internal import Platform
import Tensors

/// The weights of a Hugging Face model folder: `model.safetensors`, or several such files with
/// `model.safetensors.index.json` that maps tensors to files.
///
/// The files stay mapped; a matrix is read in place, a vector of 16-bit numbers is widened.
final class CheckpointFolder: Sendable {
    let path: String
    let byteCount: Int
    let predominantType: ElementType
    private let architecture: Architecture
    private let parts: [SafetensorsFile]
    /// The file of each tensor.
    private let places: [String: Int]
    /// The safetensors files.
    var files: [MappedFile] { parts.map(\.file) }

    /// Maps the files and checks that they contain exactly the tensors of the model.
    init(path: String, _ configuration: ModelConfiguration) throws(ModelFileError) {
        self.path = path
        let names = try Self.fileNames(in: path)
        var files: [SafetensorsFile] = []
        var places: [String: Int] = [:]
        for name in names {
            let file = try SafetensorsFile(path: "\(path)/\(name)")
            for tensor in file.tensors.keys {
                guard places.updateValue(files.count, forKey: tensor) == nil else {
                    throw ModelFileError(
                        .corrupt,
                        "\(path) has the tensor \(tensor) in two files.",
                        hint: ModelFileError.fetchAgain
                    )
                }
            }
            files.append(file)
        }
        architecture = configuration.traits
        parts = files
        self.places = places
        byteCount = files.reduce(0) { $0 + $1.byteCount }
        predominantType = Self.predominant(
            files.flatMap { file in
                file.tensors.values.compactMap { tensor in
                    let type =
                        file.isNormalFloat(named: tensor.name)
                        ? ElementType.nf4 : ElementType(tensor.type)
                    // Two numbers per byte.
                    return type.map { ($0, tensor.elementCount * ($0 == .nf4 ? 2 : 1)) }
                }
            }
        )
        try check(configuration)
    }

    /// Whether the weights contain an output matrix, for a configuration that does not say.
    static func hasOutputMatrix(in path: String) throws(ModelFileError) -> Bool {
        for name in try fileNames(in: path) {
            let file = try SafetensorsFile(path: "\(path)/\(name)")
            if file.tensors[TensorRole.output.checkpointName(layer: 0, in: .llama)] != nil {
                return true
            }
        }
        return false
    }

    private static func fileNames(in path: String) throws(ModelFileError) -> [String] {
        let single = "model.safetensors"
        guard let index = try JSONFile.read("\(path)/\(single).index.json") else {
            return FileStamp(path: "\(path)/\(single)") != nil
                ? [single] : try partsWithoutIndex(in: path)
        }
        guard case .object(let map) = index["weight_map"] else {
            throw ModelFileError(
                .corrupt,
                "\(path)/\(single).index.json has no weight_map.",
                hint: ModelFileError.fetchAgain
            )
        }
        var names: Set<String> = []
        for member in map.members {
            // A path that leads out of the folder is invalid.
            guard case .string(let name) = member.value, !name.contains("/"),
                name.hasSuffix(".safetensors")
            else {
                throw ModelFileError(
                    .corrupt,
                    "\(path)/\(single).index.json places \(member.name.text) in no safetensors file.",
                    hint: ModelFileError.fetchAgain
                )
            }
            names.insert(name)
        }
        return names.sorted()
    }

    /// The parts `model-00001-of-00002.safetensors` and so on, whose names make an index
    /// unnecessary.
    private static func partsWithoutIndex(in path: String) throws(ModelFileError) -> [String] {
        let names = Files.names(in: path)
        let ending = ".safetensors"
        let parts = names.filter { $0.hasPrefix("model-") && $0.hasSuffix(ending) }.sorted()
        let splits = parts.compactMap { NumberedPart(path: $0, ending: ending) }
        guard let first = splits.first, splits.count == parts.count else {
            throw FolderContent(path).withoutWeights()
        }
        let present = Set(splits.filter { $0.count == first.count }.map(\.number))
        if let missing = (1...first.count).first(where: { !present.contains($0) }) {
            throw ModelFileError(
                .missingPart,
                "\(path) has \(parts.count) of the model's \(first.count) parts: "
                    + "number \(missing) is not there.",
                hint: "get the other parts too"
            )
        }
        return parts
    }
}

// MARK: - Required tensors

extension CheckpointFolder {
    /// Tensors that are ignored: tables that are computed here, and parts of matrices in NF4.
    private static let companions = [
        ".rotary_emb.inv_freq", ".absmax", ".quant_map", ".nested_absmax", ".nested_quant_map",
        ".quant_state.bitsandbytes__nf4",
    ]

    private func check(_ configuration: ModelConfiguration) throws(ModelFileError) {
        var known: Set<String> = []
        for role in TensorRole.allCases where role.isUsed(configuration) {
            for layer in 0..<(role.isInEachLayer ? configuration.layerCount : 1) {
                let name = role.checkpointName(layer: layer, in: architecture)
                try check(name, role, role.shape(configuration))
                known.insert(name)
            }
        }
        // A tied matrix may be stored anyway.
        known.insert(TensorRole.output.checkpointName(layer: 0, in: .llama))
        let unknown = places.keys.filter { name in
            !known.contains(name) && !Self.companions.contains { name.hasSuffix($0) }
        }
        guard let unknown = unknown.min() else { return }
        throw ModelFileError(
            .unsupportedArchitecture,
            "\(path) has the tensor \(unknown), which the architecture "
                + "\"\(configuration.architecture)\" does not use here.",
            hint: "use another model: leaving the tensor out would give wrong answers"
        )
    }

    private func check(
        _ name: String,
        _ role: TensorRole,
        _ shape: [Int]
    ) throws(ModelFileError) {
        guard let place = places[name], let tensor = parts[place].tensors[name] else {
            throw ModelFileError(
                .missingPart,
                "\(path) lacks the tensor \(name).",
                hint: "the folder holds no whole model; get it again or use another"
            )
        }
        let isNormalFloat = parts[place].isNormalFloat(named: name)
        let stored = isNormalFloat ? try parts[place].normalFloatShape(named: name) : tensor.shape
        guard stored == shape else {
            throw ModelFileError(
                .wrongShape,
                "Tensor \(name) of \(path) has the shape \(stored), "
                    + "where the model's sizes ask for \(shape).",
                hint: "the folder contradicts itself; get it again"
            )
        }
        guard isNormalFloat ? !role.isVector : ElementType(tensor.type) != nil else {
            throw ModelFileError(
                .unsupportedType,
                "Tensor \(name) of \(path) is stored as \(tensor.type.rawValue), "
                    + "where F32, F16, BF16 or NF4 of bitsandbytes is read.",
                hint: "use the model in one of these types"
            )
        }
    }
}

// MARK: - Weights

extension CheckpointFolder: WeightStore {
    func weight(_ role: TensorRole, layer: Int) throws(ModelFileError) -> Weight {
        let name = role.checkpointName(layer: layer, in: architecture)
        guard let place = places[name], let tensor = parts[place].tensors[name],
            let columns = tensor.shape.last
        else {
            throw ModelFileError(
                .missingPart,
                "\(path) lacks the tensor \(name).",
                hint: "the folder holds no whole model; get it again or use another"
            )
        }
        let file = parts[place]
        if file.isNormalFloat(named: name) { return try file.normalFloatWeight(named: name) }
        let offset = role.isNorm ? architecture.normWeightOffset : 0
        guard let type = ElementType(tensor.type), offset == 0, !role.isVector || type == .f32
        else {
            let numbers = try file.floats(named: name)
            return Self.widened(offset == 0 ? numbers : numbers.map { $0 + offset })
        }
        return Weight(
            type: type,
            rows: role.isVector ? 1 : tensor.shape[0],
            columns: columns,
            bytes: file.bytes(of: tensor),
            owner: file
        )
    }

    private static func widened(_ numbers: [Float]) -> Weight {
        let memory = AlignedMemory(byteCount: 4 * numbers.count)
        numbers.withUnsafeBytes { bytes in
            if let start = bytes.baseAddress {
                memory.pointer.copyMemory(from: start, byteCount: bytes.count)
            }
        }
        return Weight(
            type: .f32,
            rows: 1,
            columns: numbers.count,
            bytes: UnsafeRawBufferPointer(start: memory.pointer, count: 4 * numbers.count),
            owner: memory
        )
    }
}

extension ElementType {
    /// The type of the same numbers here; nil for those that no weight has.
    fileprivate init?(_ type: SafetensorsType) {
        switch type {
        case .f32: self = .f32
        case .f16: self = .f16
        case .bf16: self = .bf16
        default: return nil
        }
    }
}
