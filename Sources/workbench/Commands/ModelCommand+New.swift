import ArgumentParser
import Presentation
import Workspace

extension ModelCommand {
    struct New: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "new",
            abstract: "Make an untrained model, to be trained from scratch.",
            discussion: """
                Its vocabulary is learned from the data; its weights are random. Train it with \
                `workbench train --method full`.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The GGUF file to write.") var output: String
        @OptionGroup var replacing: ReplacingOptions
        @Option(help: "The datasets to learn the vocabulary from, separated by commas.")
        var data: String
        @Option(help: "The size of the vocabulary.") var vocabulary: Int?
        @Option(help: "The width of the model.") var width: Int?
        @Option(help: "Layers.") var layers: Int?
        @Option(help: "Query heads per layer.") var heads: Int?
        @Option(help: "Key and value heads per layer.") var kvHeads: Int?
        @Option(help: "The width of the feed-forward layers.") var feedForward: Int?
        @Option(help: "The context length in tokens.") var context: Int?
        @Option(name: .customLong("to"), help: "F32, F16 or BF16.") var type: String?
        @Option(help: "The seed of the weights.") var seed: UInt64?

        func run() throws {
            var request = NewModelRequest(
                output: output,
                datasets: data.split(separator: ",").map(String.init)
            )
            request.replaces = replacing.force
            if let vocabulary { request.vocabularySize = vocabulary }
            if let width { request.width = width }
            if let layers { request.layerCount = layers }
            if let heads { request.headCount = heads }
            if let kvHeads { request.keyValueHeadCount = kvHeads }
            if let feedForward { request.feedForwardWidth = feedForward }
            if let context { request.contextLength = context }
            if let type { request.type = type }
            if let seed { request.seed = seed }
            let made = try shared.open().makeModel(request)
            guard !shared.json else { return try Console.printJSON(made) }
            Console.print(
                Console.line(
                    "\(made.path)  \(Figures.bytes(made.byteCount)), \(made.vocabularySize) tokens, "
                        + "\(Figures.decimal(Double(made.parameterCount) / 1e6, places: 2)) M parameters"
                )
            )
        }
    }
}
