public import ArgumentParser
import Presentation
public import Training
import Workspace

struct BenchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench",
        abstract: "Measure decode, prefill and training on this machine.",
        subcommands: [Decode.self, Prefill.self, Train.self]
    )
}

/// The options of all measurements.
struct BenchOptions: ParsableArguments {
    @OptionGroup var shared: SharedOptions
    @Option(
        help: "A model's name or file; the default model if not given.",
        completion: .models
    )
    var model: String?
    @Option(help: "The number of threads.") var threads: Int?

    func path() throws -> String {
        let models = try shared.open().models
        let summary = try model.map { try models.show($0).summary } ?? models.default()
        return summary.path ?? summary.name
    }

    func print(_ result: Benchmark.Result) throws {
        if shared.json { return try Console.printJSON(result) }
        Console.print(
            "\(result.job): \(Figures.optional(result.tokensPerSecond)) tokens/s"
                + "  (\(result.model) \(result.quantization), \(result.tokens) tokens, \(result.threads) threads,"
                + " \(result.instructionSet), peak \(Figures.bytes(result.peakRssBytes)))\n"
                + "  \(Figures.decimal(100 * result.limitFraction, places: 0)) % of the measured limit of this machine (\(result.limit))"
                + batch(result)
        )
    }

    /// What a step of several conversations costs.
    private func batch(_ result: Benchmark.Result) -> String {
        guard let count = result.batchSize, let cost = result.relativeCost else { return "" }
        return
            "\n  \(count) conversations in a step, \(Figures.decimal(cost, places: 2)) times the time of one"
    }

    mutating func validate() throws {
        if let threads, !(1...1024).contains(threads) {
            throw ValidationError("--threads takes 1 to 1024.")
        }
    }
}

extension BenchCommand {
    struct Decode: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "decode",
            abstract: "One token after another."
        )
        @OptionGroup var options: BenchOptions
        @Option(help: "The number of tokens.") var tokens = 128
        @Option(help: "The number of tokens before them.") var context = 0
        @Option(help: "Conversations that are decoded together.") var batchSize = 1

        func run() throws {
            try options.print(
                Benchmark.decode(
                    model: try options.path(),
                    tokens: tokens,
                    context: context,
                    batchSize: batchSize,
                    threads: options.threads
                )
            )
        }

        mutating func validate() throws {
            if tokens < 1 { throw ValidationError("--tokens must be at least 1.") }
            if context < 0 { throw ValidationError("--context must be at least 0.") }
            if !(1...128).contains(batchSize) {
                throw ValidationError("--batch-size takes 1 to 128.")
            }
        }
    }

    struct Prefill: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "prefill",
            abstract: "A whole prompt at once."
        )
        @OptionGroup var options: BenchOptions
        @Option(help: "The number of tokens.") var tokens = 512

        func run() throws {
            try options.print(
                Benchmark.prefill(
                    model: try options.path(),
                    tokens: tokens,
                    threads: options.threads
                )
            )
        }

        mutating func validate() throws {
            if tokens < 1 { throw ValidationError("--tokens must be at least 1.") }
        }
    }

    struct Train: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "train",
            abstract: "LoRA training on full blocks."
        )
        @OptionGroup var options: BenchOptions
        @Option(help: "lora or qlora, which holds a 16-bit model in NF4. (default: lora)")
        var method: TrainingConfiguration.Method?
        @Option(help: "Sequences in a step.") var batchSize = 4
        @Option(help: "Tokens in a sequence.") var sequenceLength = 256
        @Option(help: "The adapter's rank.") var rank = 16
        @Option(help: "Steps; the first two do not count.") var steps = 8

        func run() throws {
            try options.print(
                Benchmark.train(
                    model: try options.path(),
                    method: method,
                    batchSize: batchSize,
                    sequenceLength: sequenceLength,
                    rank: rank,
                    steps: steps,
                    threads: options.threads
                )
            )
        }

        mutating func validate() throws {
            if batchSize < 1 || sequenceLength < 2 || rank < 1 {
                throw ValidationError(
                    "A step needs a batch, a rank, and sequences of at least 2 tokens."
                )
            }
            if steps < 3 {
                throw ValidationError("--steps must be at least 3: the first two do not count.")
            }
            if method == .full {
                throw ValidationError("bench train measures lora and qlora.")
            }
        }
    }
}

extension TrainingConfiguration.Method: ExpressibleByArgument {}
