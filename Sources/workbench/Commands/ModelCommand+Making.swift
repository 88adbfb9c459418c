public import ArgumentParser
import Foundation
import Platform
import Presentation
import Synchronization
public import Workspace

extension ModelCommand {
    struct Quantize: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "quantize",
            abstract: "Quantize a model, and compare the result with it.",
            discussion: """
                Tensors get the types that llama.cpp gives them. The report of the comparison is \
                stored beside the file, as FILE.parity.json.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(
            help: "A model's name, a GGUF file, or the folder of a Hugging Face model.",
            completion: .models
        )
        var model: String
        @Option(name: .customLong("to"), help: "The type: Q4_K_M, Q5_K_M, Q6_K, Q8_0, F16, …")
        var type: String
        @Flag(help: "Allow a model that is already quantized, which adds a second error.")
        var again = false
        @OptionGroup var result: ResultOptions

        func run() throws {
            var making = ModelMaking(model: model)
            making.type = type
            making.format = .gguf
            making.allowsRequantizing = again
            try result.make(making, shared)
        }
    }

    struct Convert: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "convert",
            abstract: "Write a model or an adapter in another format, and compare models.",
            discussion: """
                Converts between Hugging Face folders and GGUF files: an --output that ends with \
                .gguf is a GGUF file. An adapter's folder becomes a LoRA in GGUF as llama.cpp loads \
                it, and the reverse; that needs --base.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(
            help: "A folder, a GGUF file, the name of a pulled model, or an adapter.",
            completion: .models
        )
        var model: String
        @Option(
            name: .customLong("to"),
            help: "A type; the source's if none is named, F16 for a quantized one in a folder."
        )
        var type: String?
        @Option(help: "The model that an adapter was trained on.") var base: String?
        @OptionGroup var format: FormatOptions
        @OptionGroup var result: ResultOptions

        func run() throws {
            let models = try shared.open().models
            guard models.isAdapter(model) else {
                guard base == nil else {
                    throw ValidationError("--base is for adapters, and \(model) is not one.")
                }
                var making = ModelMaking(model: model)
                making.type = type
                making.format = format.format
                return try result.make(making, shared)
            }
            guard let base, let output = result.output else {
                throw ValidationError("An adapter needs --base MODEL and --output PATH.")
            }
            guard type == nil, format.format == nil, !result.noCompare, result.maxDivergence == nil
            else {
                throw ValidationError(
                    "An adapter has no other type, and --output says its format; leave out --to, "
                        + "--format, --no-compare and --max-divergence."
                )
            }
            let converted = try models.convertAdapter(
                model,
                base: base,
                to: output,
                replaces: result.replacing.force
            )
            if shared.json { return try Console.printJSON(converted) }
            Console.print(
                Console.line(
                    "\(converted.path)  rank \(converted.rank), alpha "
                        + "\(Figures.significant(converted.alpha, digits: 4)), "
                        + converted.targets.joined(separator: ",")
                )
            )
        }
    }

    struct Merge: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "merge",
            abstract: "Merge an adapter into its base model, and compare the result with both."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The base model.", completion: .models) var model: String
        @Option(help: "The adapter's folder, or a LoRA in GGUF.") var adapter: String
        @Option(
            name: .customLong("to"),
            help: "The type; the base's if none is named, F16 for a quantized one."
        )
        var type: String?
        @OptionGroup var format: FormatOptions
        @OptionGroup var result: ResultOptions

        func run() throws {
            var making = ModelMaking(model: model)
            making.adapter = adapter
            making.type = type
            making.format = format.format
            try result.make(making, shared)
        }
    }
}

extension ModelMaking.Format: ExpressibleByArgument {}

/// The format of the model to write.
struct FormatOptions: ParsableArguments {
    @Option(help: "gguf or safetensors. (default: by the ending of --output)")
    var format: ModelMaking.Format?
}

/// The output of a model, and the limits of its divergence.
struct ResultOptions: ParsableArguments {
    @Option(help: "The file or folder to write; among the installed models if none is named.")
    var output: String?
    @OptionGroup var replacing: ReplacingOptions
    @Flag(help: "Do not compare with the source, which takes some seconds.") var noCompare = false
    @Option(help: "Fail if the mean divergence from the source is above this, in nats.")
    var maxDivergence: Double?

    func validate() throws {
        if noCompare, maxDivergence != nil {
            throw ValidationError("--max-divergence needs the comparison.")
        }
    }

    func make(_ making: ModelMaking, _ shared: SharedOptions) throws {
        var making = making
        making.output = output
        making.replaces = replacing.force
        making.compares = !noCompare
        let workspace = try shared.open()
        let flag = StopFlag()
        Signals.handle { _ in flag.stop() }
        let made = try workspace.models.make(making, isCancelled: { flag.isStopped }) {
            share in
            Console.progress("\(Int(share * 100)) %")
        }
        Console.endProgress()
        if shared.json {
            try Console.printJSON(made)
        } else {
            print(made)
        }
        guard let limit = maxDivergence, let parity = made.parity?.figures,
            !(parity.meanDivergence <= limit)
        else { return }
        throw WorkspaceError(
            .conflict,
            "The mean divergence is \(Figures.significant(parity.meanDivergence, digits: 3)), above "
                + "\(limit).",
            hint: "The file is kept; choose a type of more bits."
        )
    }

    private func print(_ made: MadeModel) {
        let share = Double(made.byteCount) / Double(max(1, made.sourceByteCount)) * 100
        Console.print(
            Console.line(
                "\(made.name ?? made.path)  \(Figures.bytes(made.byteCount)), "
                    + "\(Int(share.rounded())) % of its source"
            )
        )
        if let first = made.fallbacks.first {
            let others = made.fallbacks.count > 1 ? " and \(made.fallbacks.count - 1) more" : ""
            Console.print(
                Console.line(
                    "  \(first)\(others): rows are not whole blocks, so the type is a wider one"
                )
            )
        }
        guard let parity = made.parity?.figures else { return }
        let figures = [
            ("tokens", parity.hasSameTokens ? "the same" : "NOT the same"),
            (
                "same likeliest token",
                "\(Figures.significant(parity.topAgreement * 100, digits: 4)) %"
            ),
            ("mean divergence", "\(Figures.significant(parity.meanDivergence, digits: 3)) nats"),
            ("largest", "\(Figures.significant(parity.largestDivergence, digits: 3)) nats"),
            (
                "perplexity",
                "\(Figures.significant(parity.perplexity, digits: 4)), source "
                    + Figures.significant(parity.sourcePerplexity, digits: 4)
            ),
        ]
        for (name, value) in figures {
            Console.print(
                Console.line("  \(name.padding(toLength: 22, withPad: " ", startingAt: 0))\(value)")
            )
        }
    }
}

/// A flag that the signal handler sets.
final class StopFlag: Sendable {
    private let stopped = Atomic(false)

    var isStopped: Bool { stopped.load(ordering: .relaxed) }
    func stop() { stopped.store(true, ordering: .relaxed) }
}
