public import ArgumentParser
import FoundationEssentials
import JSON
import Platform
import Presentation
public import Workspace

struct ModelCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "model",
        abstract: "Download, inspect and convert base models.",
        subcommands: [
            Pull.self, List.self, Show.self, Tokenize.self, Score.self, Template.self,
            Quantize.self, Convert.self, Merge.self, New.self,
        ]
    )
}

extension ModelCommand {
    struct Pull: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "pull",
            abstract: "Download a model of the catalogue or the hub, and check its checksums."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(
            help: """
                A name that `workbench model list` shows, or a repository of the hub: owner/name, \
                owner/name:file.gguf, owner/name@revision.
                """,
            completion: .catalogue
        )
        var model: String

        func run() throws {
            let workspace = try shared.open()
            let isJSON = shared.json
            Signals.handle { _ in workspace.models.cancelPull(model) }
            let path = try workspace.models.pullAndWait(model) { progress in
                if isJSON {
                    try? Console.printJSON(progress)
                } else {
                    Console.progress(DownloadText.line(progress))
                }
            }
            Console.endProgress()
            if !isJSON { Console.print(path) }
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "The installed models and those that can be pulled."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let models = try shared.open().models.list()
            if shared.json { return try Console.printJSON(models) }
            var table = TextTable(["NAME", "TITLE", "SIZE", "TYPE", "STATE"])
            for model in models {
                table.add([
                    model.name, model.title, Figures.bytes(model.byteCount),
                    model.quantization ?? "-",
                    model.isInstalled ? "installed" : CommandText.pull(model.name),
                ])
            }
            table.print()
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "A model's sizes and template."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A model's name or file.", completion: .models) var model: String

        func run() throws {
            let detail = try shared.open().models.show(model)
            if shared.json { return try Console.printJSON(detail) }
            var table = TextTable([detail.summary.name, detail.summary.title])
            let beyond = detail.tokensBeyondModel.map { "\"\($0)\"" }.joined(separator: ", ")
            for (name, value) in [
                ("architecture", detail.architecture), ("type", detail.summary.quantization ?? "-"),
                ("parameters", "\(detail.parameterCount)"), ("layers", "\(detail.layerCount)"),
                ("width", "\(detail.width)"), ("heads", "\(detail.headCount)"),
                ("key/value heads", "\(detail.keyValueHeadCount)"),
                ("feed-forward width", "\(detail.feedForwardWidth)"),
                ("vocabulary", "\(detail.vocabularySize)"),
                ("tokens without a row", beyond.isEmpty ? "-" : beyond),
                ("context", "\(detail.contextLength)"),
                ("size", Figures.bytes(detail.summary.byteCount)),
                ("file", detail.summary.path ?? "-"),
            ] { table.add([name, value]) }
            table.print()
        }
    }

    struct Tokenize: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "tokenize",
            abstract: "A text's tokens; special tokens are recognized."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(
            help: "A model's name or file; with --texts also a tokenizer.json's folder.",
            completion: .models
        )
        var model: String
        @Option(help: "The text.") var text: String?
        @Option(help: "A file of texts instead, one JSON string a line; prints their ids.")
        var texts: String?

        mutating func validate() throws {
            if (text == nil) == (texts == nil) {
                throw ValidationError("Give either --text or --texts.")
            }
        }

        func run() throws {
            let models = try shared.open().models
            if let texts {
                for ids in try models.tokenize(model, texts: read(texts)) {
                    try Console.printJSON(["ids": ids])
                }
            }
            guard let text else { return }
            let result = try models.tokenize(model, text: text)
            if shared.json { return try Console.printJSON(result) }
            var table = TextTable(["ID", "TOKEN"])
            for (id, token) in zip(result.ids, result.tokens) { table.add(["\(id)", token]) }
            table.print()
        }

        private func read(_ path: String) throws -> [String] {
            guard let data = try? Data(contentsOf: URL(filePath: path)) else {
                throw WorkspaceError(
                    .inaccessible,
                    "\(path) cannot be read.",
                    hint: "Check the path given to --texts."
                )
            }
            return try data.split(separator: UInt8(ascii: "\n")).enumerated().map { line, text in
                guard let text = try? decodeJSON(String.self, from: [UInt8](text)) else {
                    throw WorkspaceError(
                        .invalid,
                        "Line \(line + 1) of \(path) is not one JSON string.",
                        hint: "Write each text in quotes, with line feeds as \\n."
                    )
                }
                return text
            }
        }
    }

    struct Score: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "score",
            abstract: "The log-probability of each token after the first, and the perplexity."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A model's name or file.", completion: .models) var model: String
        @Option(help: "The text.") var text: String?
        @Option(help: "Token ids instead, separated by commas.") var ids: String?
        @Option(help: "An adapter's folder, or a LoRA in GGUF.") var adapter: String?
        @Option(help: "fast or exact.") var precision: AnswerPrecision = .fast

        func run() throws {
            let models = try shared.open().models
            let score =
                if let text {
                    try models.score(
                        model,
                        text: text,
                        adapter: adapter,
                        precision: precision
                    )
                } else {
                    try models.score(
                        model,
                        ids: try readIDs(),
                        adapter: adapter,
                        precision: precision
                    )
                }
            if shared.json { return try Console.printJSON(score) }
            Console.print(
                "perplexity \(Figures.optional(score.perplexity)) over \(score.tokenLogprobs.count) tokens"
            )
        }

        private func readIDs() throws -> [Int32] {
            let parts = (ids ?? "").split(separator: ",", omittingEmptySubsequences: false)
            return try parts.map { part in
                guard let id = Int32(part.filter { $0 != " " }) else {
                    throw ValidationError(
                        "--ids takes numbers separated by commas, not \"\(part)\"."
                    )
                }
                return id
            }
        }

        mutating func validate() throws {
            if (text == nil) == (ids == nil) {
                throw ValidationError("Give either --text or --ids.")
            }
        }
    }
}

extension AnswerPrecision: ExpressibleByArgument {}
