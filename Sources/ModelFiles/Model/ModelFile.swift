public import ChatTemplates
public import Glibc
import Platform
public import Tensors
public import Tokenizers

/// A model on disk: its weights, configuration and tokenizer.
///
/// It is a GGUF file, or a Hugging Face folder with `config.json`, `tokenizer.json` and
/// safetensors. Weights stay in their files, which are mapped into memory. Opening checks that the
/// files contain exactly the tensors of the architecture in their shapes, so that no part of the
/// model is silently ignored.
public final class ModelFile: Sendable {
    /// The path that it was opened with: a file or a folder.
    public let path: String
    /// The model's sizes and constants.
    public let configuration: ModelConfiguration
    /// The model's tokenizer.
    public let tokenizer: Tokenizer
    /// The type of most of the model's parameters, such as `Q4_1`.
    public var quantization: String { weights.predominantType.name }
    /// Which rows of a head are rotated together, in the query and key matrices as stored.
    public let rotaryLayout: RotaryLayout
    /// The divisors of the rotary frequencies.
    public let rotaryFactors: RotaryFactors
    /// The size of the weights' files in bytes.
    public var byteCount: Int { weights.byteCount }

    let weights: any WeightStore
    /// The definition of a folder's tokenizer; nil for a GGUF file.
    let words: TokenizerDefinition?
    /// The chat template's text.
    let templateSource: String?
    private let template: Result<ChatTemplate, ModelFileError>

    /// Opens the GGUF file or Hugging Face folder at `path` and validates it completely.
    ///
    /// `clock` returns the seconds since 1970 for chat templates that write today's date.
    public static func open(
        path: String,
        clock: @escaping @Sendable () -> Int = { time(nil) }
    ) throws -> ModelFile {
        try FilePaths.isFolder(path)
            ? ModelFile(folder: path, clock: clock) : ModelFile(GGUFFile(path: path), clock: clock)
    }

    init(_ file: GGUFFile, clock: @escaping @Sendable () -> Int) throws(ModelFileError) {
        path = file.path
        configuration = try ModelConfiguration(file)
        rotaryLayout = configuration.traits.rotaryLayout
        rotaryFactors = try GGUFWeights.rotaryFactors(file, configuration)
        weights = try GGUFWeights(file, configuration)
        tokenizer = try Tokenizer(file, vocabularySize: configuration.vocabularySize)
        words = nil
        templateSource = file.metadata["tokenizer.chat_template"]?.text
        template = Self.template(templateSource, of: path, clock: clock)
    }

    init(folder: String, clock: @escaping @Sendable () -> Int) throws(ModelFileError) {
        path = folder
        let settings = try CheckpointConfiguration(folder: folder) { () throws(ModelFileError) in
            try CheckpointFolder.hasOutputMatrix(in: folder)
        }
        configuration = settings.configuration
        rotaryLayout = .halves
        rotaryFactors = settings.rotaryFactors
        weights = try CheckpointFolder(path: folder, configuration)
        let files = try HuggingFaceTokenizer(
            folder: folder,
            vocabularySize: configuration.vocabularySize
        )
        tokenizer = try Tokenizer(files.definition, of: folder)
        words = files.definition
        templateSource = files.chatTemplate
        template = Self.template(templateSource, of: path, clock: clock)
    }

    /// Whether it was opened from a Hugging Face folder.
    public var isFolder: Bool { words != nil }

    /// The model's chat template; nil if it has none, or an unsupported one.
    public var chatTemplate: ChatTemplate? { try? template.get() }

    /// The chat template, or an error with the reason why there is none.
    public func requiredChatTemplate() throws -> ChatTemplate { try template.get() }

    /// The weight for `role`, in `layer` if every layer has one.
    ///
    /// Query and key rows are in the stored order, see `rotaryLayout`. The output matrix of a model
    /// that ties it is the token embedding.
    public func weight(_ role: TensorRole, layer: Int = 0) throws -> Weight {
        precondition(
            !role.isInEachLayer || (0..<configuration.layerCount).contains(layer),
            "there is no layer \(layer)"
        )
        let stored = role == .output && configuration.tiesEmbeddings ? .tokenEmbedding : role
        return try weights.weight(stored, layer: layer)
    }

    /// The tensors of the model as a GGUF file, each with the model's own tensor and the rows of it;
    /// nil for all rows.
    package var placesInGGUF:
        [(role: TensorRole, layer: Int, place: (role: TensorRole, rows: Range<Int>?))]
    {
        let sizes = configuration.inGGUF
        return TensorRole.allCases.filter { $0.isUsed(sizes) }.flatMap { role in
            let fused = role.fused(in: configuration)
            return (0..<(role.isInEachLayer ? sizes.layerCount : 1)).map {
                (role, $0, (fused?.role ?? role, fused?.rows))
            }
        }
    }

    /// A model with an unsupported template can still score and continue text, so that is an error
    /// only if the template is needed.
    private static func template(
        _ source: String?,
        of path: String,
        clock: @escaping @Sendable () -> Int
    ) -> Result<ChatTemplate, ModelFileError> {
        guard let source else {
            return .failure(
                ModelFileError(
                    .unsupportedTokenizer,
                    "\(path) has no chat template.",
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
                    "The chat template of \(path) is not understood. \(error.message)",
                    hint: "generate with --raw, or use another model"
                )
            )
        }
    }
}
