import ArgumentParser
import Presentation
import Workspace

extension ModelCommand {
    struct Template: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "template",
            abstract: "Conversations as a chat template writes them."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "A model's name or file, or a template in a file *.jinja.")
        var source: String
        @Option(
            parsing: .upToNextOption,
            help: "JSON files: messages, or an object with messages, tools and variables."
        )
        var messages: [String]
        @Option(help: "A JSON file of tools to offer.") var tools: String?
        @Option(help: "A template to use in place of the model's own.") var template: String?
        @Flag(help: "End with the head of the assistant's turn.") var addGenerationPrompt = false
        @Flag(help: "Show where each part of the text comes from; parts trained on are marked *.")
        var spans = false
        @Flag(help: "Show the tokens as well.") var tokens = false

        func run() throws {
            let isTemplate = source.hasSuffix(".jinja")
            var request = ModelService.TemplateRequest(
                model: isTemplate ? nil : source,
                template: template ?? (isTemplate ? source : nil),
                conversations: messages
            )
            request.tools = tools
            request.addsGenerationPrompt = addGenerationPrompt
            request.includesSpans = spans
            request.includesTokens = tokens
            var failed = false
            try shared.open().models.render(request) { rendering in
                if rendering.error != nil { failed = true }
                if shared.json { return try Console.printJSON(rendering) }
                print(rendering)
            }
            if failed { throw ExitCode.failure }
        }

        private func print(_ rendering: TemplateRendering) {
            if let error = rendering.error {
                return Console.note("\(rendering.file): \(error)")
            }
            let text = rendering.text ?? ""
            guard let spans = rendering.spans else { return Console.print(text) }
            let bytes = Array(text.utf8)
            var table = TextTable(["MESSAGE", "ROLE", "FIELD", "", "TEXT"])
            for span in spans {
                let part = String(decoding: bytes[span.start..<span.end], as: UTF8.self)
                table.add([
                    span.message.map(String.init) ?? "-", span.role ?? "-", span.field ?? "-",
                    span.isTarget ? "*" : "", Console.line(part.debugDescription),
                ])
            }
            table.print()
        }

        mutating func validate() throws {
            if tokens, source.hasSuffix(".jinja") {
                throw ValidationError("--tokens needs a model; give the template by --template.")
            }
            if tokens, !shared.json { throw ValidationError("--tokens needs --json.") }
        }
    }
}
