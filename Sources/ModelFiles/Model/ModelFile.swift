public import Glibc
public import Tensors
public import Tokenizers

/// A model as one file on disk: its weights, its configuration and its words.
///
/// Weights stay in the file, which is mapped into memory. Opening checks that
/// every tensor of the architecture is there in its shape and that there is
/// no other, so that nothing of the model is silently left out.
public final class ModelFile: Sendable {
    /// The path it was opened by.
    public let path: String
    /// The model's sizes and constants.
    public let configuration: ModelConfiguration
    /// Turns text into the model's tokens and back.
    public let tokenizer: Tokenizer
    /// How most of the model's numbers are stored, such as `Q4_1`.
    public let quantization: String
    /// Which rows of a head rotate together, in the query and key matrices as stored.
    public let rotaryLayout: RotaryLayout
    /// (D/2): what the rotary frequencies are divided by, if the model scales them.
    public let ropeFrequencyFactors: [Float]?
    /// The size of the file in bytes.
    public var byteCount: Int { file.byteCount }

    let file: GGUFFile
    private let template: Result<ChatTemplate, ModelFileError>

    /// Opens the GGUF file at `path` and checks it from end to end.
    ///
    /// `clock` gives the seconds since 1970 to chat templates that write today's date.
    public static func open(
        path: String,
        clock: @escaping @Sendable () -> Int = { time(nil) }
    ) throws -> ModelFile {
        try ModelFile(GGUFFile(path: path), clock: clock)
    }

    init(_ file: GGUFFile, clock: @escaping @Sendable () -> Int) throws(ModelFileError) {
        self.file = file
        path = file.path
        configuration = try ModelConfiguration(file)
        rotaryLayout = configuration.traits.rotaryLayout
        ropeFrequencyFactors = try Self.frequencyFactors(file, configuration)
        try Self.checkTensors(file, configuration)
        quantization = Self.predominantType(file).name
        tokenizer = try Tokenizer(file, vocabularySize: configuration.vocabularySize)
        template = Self.template(file, clock: clock)
    }

    /// How the model wants a conversation written; nil if it says nothing of that, or nothing
    /// that is understood here.
    public var chatTemplate: ChatTemplate? { try? template.get() }

    /// The chat template, or an error that says why there is none.
    public func requiredChatTemplate() throws -> ChatTemplate { try template.get() }

    /// The weight for `role`, in `layer` if each layer has one.
    ///
    /// Query and key rows come as stored, see `rotaryLayout`. The output matrix
    /// of a model that ties it is the token embedding.
    public func weight(_ role: TensorRole, layer: Int = 0) throws -> Weight {
        precondition(
            !role.isInEachLayer || (0..<configuration.layerCount).contains(layer),
            "there is no layer \(layer)"
        )
        let stored = role == .output && configuration.tiesEmbeddings ? .tokenEmbedding : role
        return try file.weight(named: stored.ggufName(layer: layer))
    }

    /// A model whose template is not understood can still score and continue text, so that is
    /// an error only for whoever needs the template.
    private static func template(
        _ file: GGUFFile,
        clock: @escaping @Sendable () -> Int
    ) -> Result<ChatTemplate, ModelFileError> {
        guard let source = file.metadata["tokenizer.chat_template"]?.text else {
            return .failure(
                ModelFileError(
                    .unsupportedTokenizer,
                    "\(file.path) has no chat template.",
                    hint: "use a model made for chat, or generate with --raw"
                )
            )
        }
        do {
            return .success(try ChatTemplate(source: source, clock: clock))
        } catch {
            return .failure(
                ModelFileError(
                    .unsupportedTokenizer,
                    "The chat template of \(file.path) is not understood. \(error.message)",
                    hint: "generate with --raw, or use another model"
                )
            )
        }
    }

    /// The type that holds more numbers than any other.
    private static func predominantType(_ file: GGUFFile) -> ElementType {
        let counts = file.tensors.values.reduce(into: [ElementType: Int]()) {
            $0[$1.type, default: 0] += $1.elementCount
        }
        return counts.max { ($0.value, $0.key.rawValue) < ($1.value, $1.key.rawValue) }?.key ?? .f32
    }
}

extension ModelFile {
    private static let frequencyFactorsName = "rope_freqs.weight"

    private static func frequencyFactors(
        _ file: GGUFFile,
        _ configuration: ModelConfiguration
    ) throws(ModelFileError) -> [Float]? {
        guard let tensor = file.tensors[frequencyFactorsName] else { return nil }
        try check(tensor, hasShape: [configuration.headWidth / 2], file)
        guard tensor.type == .f32 else { throw notFloat32(tensor, file) }
        let factors = stride(from: tensor.range.lowerBound, to: tensor.range.upperBound, by: 4).map
        {
            Float(bitPattern: file.file.bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))
        }
        guard factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
            throw ModelFileError(
                .corrupt,
                "\(file.path) has an impossible factor in \(frequencyFactorsName).",
                hint: ModelFileError.fetchAgain
            )
        }
        return factors
    }

    /// Checks that the file has every tensor of the model in its shape, and no other.
    private static func checkTensors(
        _ file: GGUFFile,
        _ configuration: ModelConfiguration
    ) throws(ModelFileError) {
        var known: Set<String> = [frequencyFactorsName]
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
