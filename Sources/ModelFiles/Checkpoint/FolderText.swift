import JSON
import Platform
import Tensors
import Tokenizers

/// The files besides the weights in a folder that a model is written to.
struct FolderText {
    /// The files of a tokenizer, which are copied between folders.
    private static let tokenizerFiles = [
        "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "added_tokens.json",
        "chat_template.jinja", "tokenizer.model", "vocab.json", "merges.txt",
        "generation_config.json",
    ]

    private let model: ModelFile
    private let type: ElementType

    /// The files of `model` with matrices in that type.
    init(_ model: ModelFile, type: ElementType) {
        self.model = model
        self.type = type
    }

    /// The files' names and contents.
    func files() throws(ModelFileError) -> [(name: String, bytes: [UInt8])] {
        model.words == nil ? try made() : try copied()
    }

    private func made() throws(ModelFileError) -> [(name: String, bytes: [UInt8])] {
        let sizes = model.configuration
        let words = try TokenizerDefinition(
            GGUFFile(path: model.path),
            vocabularySize: sizes.vocabularySize
        )
        let tokenizer = try TokenizerExport(words, of: model.path)
        let settings = try CheckpointConfiguration.settings(of: model, type: type)
        return [
            ("config.json", JSONValue.object(settings).indentedBytes),
            ("tokenizer.json", try tokenizer.tokenizer().indentedBytes),
            (
                "tokenizer_config.json",
                tokenizer.settings(
                    contextLength: sizes.contextLength,
                    chatTemplate: model.templateSource
                ).indentedBytes
            ),
            ("generation_config.json", TokenizerExport.generation(model.tokenizer).indentedBytes),
        ]
    }

    private func copied() throws(ModelFileError) -> [(name: String, bytes: [UInt8])] {
        var files = [("config.json", JSONValue.object(try changedSettings()).indentedBytes)]
        for name in Self.tokenizerFiles {
            do throws(ModelFileError) {
                files.append((name, try MappedFile.read("\(model.path)/\(name)")))
            } catch {
                guard error.code == .notFound else { throw error }
            }
        }
        return files
    }

    /// The source's settings, except for the types of its weights.
    private func changedSettings() throws(ModelFileError) -> JSONObject {
        let source = try JSONFile.read("\(model.path)/config.json") ?? JSONObject()
        let names: Set<String> = ["torch_dtype", "dtype", "quantization_config"]
        var settings = JSONObject()
        for member in source.members where !names.contains(member.name.text) {
            _ = settings.insert(member.value, named: member.name)
        }
        let type = CheckpointConfiguration.typeName(type)
        _ = settings.insert(.string(type), named: "torch_dtype")
        return settings
    }
}
