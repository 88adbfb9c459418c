import ChatTemplates
import Datasets
import ModelFiles
import Platform
import Tensors
import Tokenizers

extension Workspace {
    /// Creates an untrained model: a vocabulary learned from datasets, random weights in Llama's
    /// architecture, and ChatML as the chat template.
    ///
    /// Blocks.
    ///
    /// - Throws: ``WorkspaceError`` for sizes that do not fit together, or if the file exists.
    public func makeModel(
        _ request: NewModelRequest,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> NewModel {
        try WorkspaceError.translating {
            let type = try request.checked()
            let output = try OutputFile(request.output, replaces: request.replaces)
            defer { output.discard() }
            var learner = BytePairLearner(
                .init(
                    vocabularySize: request.vocabularySize,
                    specialTokens: ChatML.specialTokens.map { Array($0.utf8) }
                )
            )
            for name in request.datasets {
                let dataset = try datasets.read(name, isCancelled: isCancelled)
                for record in dataset.training {
                    for text in record.texts { learner.add(Array(text.utf8)) }
                }
            }
            var words = learner.learn()
            words.bos = 0
            words.eos = 2
            let name = FilePaths.name(request.output)
            let configuration = ModelConfiguration(
                name: request.name ?? (name.hasSuffix(".gguf") ? String(name.dropLast(5)) : name),
                vocabularySize: words.vocabulary.tokens.count,
                width: request.width,
                layerCount: request.layerCount,
                headCount: request.headCount,
                keyValueHeadCount: request.keyValueHeadCount,
                headWidth: request.width / request.headCount,
                feedForwardWidth: request.feedForwardWidth,
                contextLength: request.contextLength,
                tiesEmbeddings: true
            )
            let model = RandomModel(
                configuration: configuration,
                words: words,
                template: ChatML.template,
                type: type,
                seed: request.seed
            )
            try output.write { try model.write(to: $0) }
            let byteCount = Files.byteCount(output.unfinished)
            try output.publish()
            return NewModel(
                path: request.output,
                vocabularySize: configuration.vocabularySize,
                parameterCount: configuration.parameterCount,
                byteCount: byteCount
            )
        }
    }
}

/// The turns of a conversation between `<|im_start|>` and `<|im_end|>`.
private enum ChatML {
    /// The first three tokens: end of text, start of turn, end of turn.
    static let specialTokens = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

    static let template = """
        {% for message in messages %}{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] \
        + '<|im_end|>' + '\\n' }}{% endfor %}{% if add_generation_prompt %}\
        {{ '<|im_start|>assistant\\n' }}{% endif %}
        """
}

extension Record {
    /// The texts of a row.
    fileprivate var texts: [String] {
        switch content {
        case .text(let text): [text]
        case .conversation: messages?.map(\.content) ?? []
        }
    }
}

extension NewModelRequest {
    /// Checks all sizes and returns the type of the matrices.
    fileprivate func checked() throws(WorkspaceError) -> ElementType {
        func require(
            _ value: Int,
            _ range: ClosedRange<Int>,
            _ name: String
        ) throws(WorkspaceError) {
            guard range.contains(value) else {
                throw WorkspaceError(
                    .invalid,
                    "\(name) must be between \(range.lowerBound) and \(range.upperBound), not \(value)."
                )
            }
        }
        try require(vocabularySize, 512...262_144, "vocabulary")
        try require(width, 32...8_192, "width")
        try require(layerCount, 1...256, "layers")
        try require(headCount, 1...128, "heads")
        try require(keyValueHeadCount, 1...headCount, "kv-heads")
        try require(feedForwardWidth, 32...65_536, "feed-forward")
        try require(contextLength, 16...1_048_576, "context")
        guard !datasets.isEmpty else {
            throw WorkspaceError(
                .invalid,
                "No data to learn a vocabulary from.",
                hint: "Name it with --data; `workbench data list` lists the datasets."
            )
        }
        guard width % headCount == 0, width / headCount % 2 == 0, headCount % keyValueHeadCount == 0
        else {
            throw WorkspaceError(
                .invalid,
                "\(headCount) heads and \(keyValueHeadCount) kv-heads do not divide the width \(width).",
                hint:
                    "Make the width a multiple of twice the heads, and the heads one of the kv-heads."
            )
        }
        guard width % 32 == 0, feedForwardWidth % 32 == 0 else {
            throw WorkspaceError(
                .invalid,
                "width and feed-forward must be multiples of 32, so that the model can be quantized."
            )
        }
        guard let type = ["F32": ElementType.f32, "F16": .f16, "BF16": .bf16][type.uppercased()]
        else {
            throw WorkspaceError(
                .invalid,
                "A model to be trained cannot be stored as \(type).",
                hint: "Choose F32, F16 or BF16."
            )
        }
        return type
    }
}
