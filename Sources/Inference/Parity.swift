import Glibc
import ModelFiles
import Platform
import Tokenizers
public import Transformer

/// How closely a converted model agrees with its source.
public struct ParityReport: Sendable, Equatable, Codable {
    /// A position where the two predict different tokens.
    public struct Miss: Sendable, Equatable, Codable {
        /// The position in the text, in tokens.
        public var position: Int
        /// The source's most likely token.
        public var wanted: Int32
        /// The other model's.
        public var found: Int32
        /// The difference of the source's logits of the two tokens.
        public var gap: Float
    }

    /// The number of positions that were compared.
    public var positions = 0
    /// Whether both tokenize all texts alike.
    public var hasSameTokens = true
    /// The share of positions where both predict the same token, 0 to 1.
    public var topAgreement = 0.0
    /// The mean Kullback-Leibler divergence from the source, in nats.
    public var meanDivergence = 0.0
    /// The largest one.
    public var largestDivergence = 0.0
    /// The source's perplexity on the texts.
    public var sourcePerplexity = 0.0
    /// The other model's.
    public var perplexity = 0.0
    /// The first positions where the predictions differ, at most 20.
    public var misses: [Miss] = []

    static let maxMisses = 20
}

/// Compares a converted model with its source, token by token on the same texts.
public struct Parity {
    /// A model, and an adapter on it.
    public struct Side {
        let model: LanguageModel
        let adapter: LoRA?

        /// A model, and an adapter on it.
        public init(_ model: LanguageModel, adapter: LoRA? = nil) {
            self.model = model
            self.adapter = adapter
        }
    }

    /// The maximum number of tokens that are read at once.
    private static let window = 512

    private let source: Side
    private let result: Side
    private let precision: Precision

    /// Compares `result` with its source.
    public init(source: Side, result: Side, precision: Precision = .exact) {
        self.source = source
        self.result = result
        self.precision = precision
    }

    /// Compares the two on texts, at least one of which has two tokens.
    ///
    /// - Throws: `InferenceError` where the vocabularies differ in size or there is nothing to
    ///   compare; `CancellationError`.
    public func compare(
        _ texts: [String],
        isCancelled: () -> Bool = { false }
    ) throws -> ParityReport {
        let (first, second) = (source.model.file, result.model.file)
        guard first.configuration.vocabularySize == second.configuration.vocabularySize else {
            throw InferenceError(
                .prompt,
                "\(second.path) has \(second.configuration.vocabularySize) tokens where "
                    + "\(first.path) has \(first.configuration.vocabularySize).",
                hint: "compare a model with the one it was made of"
            )
        }
        var sums = Sums()
        for text in texts {
            let ids = first.tokenizer.encode(
                Array(text.utf8),
                parsingSpecialTokens: true,
                addingBOS: first.tokenizer.addsBOS
            )
            let others = second.tokenizer.encode(
                Array(text.utf8),
                parsingSpecialTokens: true,
                addingBOS: second.tokenizer.addsBOS
            )
            if ids != others { sums.report.hasSameTokens = false }
            try compare(ids, &sums, isCancelled)
        }
        guard sums.count > 0 else {
            throw InferenceError(
                .prompt,
                "The texts have less than two tokens.",
                hint: "compare on a longer text"
            )
        }
        return sums.finished
    }

    private func compare(_ ids: [Int32], _ sums: inout Sums, _ isCancelled: () -> Bool) throws {
        let contexts = [source, result].map(\.model.configuration.contextLength)
        let length = min(Self.window, contexts.min() ?? Self.window)
        for start in stride(from: 0, to: ids.count - 1, by: length) {
            let window = Array(ids[start..<min(start + length, ids.count)])
            guard window.count > 1 else { continue }
            let runs = try [source, result].map { try Run($0, window.count, precision) }
            let step = runs.map(\.pass.maxScoredTokens).min() ?? 1
            for place in stride(from: 0, to: window.count, by: step) {
                if isCancelled() { throw CancellationError() }
                let chunk = window[place..<min(place + step, window.count)]
                let logits = try runs.map { try $0.logits(chunk) }
                let V = source.model.configuration.vocabularySize
                for row in 0..<chunk.count where place + row + 1 < window.count {
                    sums.add(
                        logits[0][row * V..<(row + 1) * V],
                        logits[1][row * V..<(row + 1) * V],
                        next: Int(window[place + row + 1])
                    )
                }
            }
        }
    }

    private struct Run {
        let pass: InferencePass
        private let cache: KeyValueCache
        private let adapter: LoRA?

        init(_ side: Side, _ count: Int, _ precision: Precision) throws {
            pass = InferencePass(
                side.model,
                tokenCapacity: min(count, 64),
                contextLength: count,
                rank: side.adapter?.shape.rank ?? 1,
                precision: precision
            )
            cache = KeyValueCache(side.model.configuration, capacity: count, precision: precision)
            adapter = side.adapter
        }

        func logits(_ tokens: ArraySlice<Int32>) throws -> [Float] {
            try pass.allLogits(tokens, cache: cache, adapter: adapter)
        }
    }
}

/// The sums over all positions.
private struct Sums {
    var report = ParityReport()
    var count = 0
    private var agreements = 0
    private var divergence = 0.0
    private var surprises = (source: 0.0, result: 0.0)

    var finished: ParityReport {
        var report = report
        report.positions = count
        report.topAgreement = Double(agreements) / Double(count)
        report.meanDivergence = divergence / Double(count)
        report.sourcePerplexity = exp(surprises.source / Double(count))
        report.perplexity = exp(surprises.result / Double(count))
        return report
    }

    mutating func add(_ source: ArraySlice<Float>, _ result: ArraySlice<Float>, next: Int) {
        let (p, q) = (Distribution(source), Distribution(result))
        var divergence = 0.0
        for (a, b) in zip(source, result) {
            let logP = Double(a) - p.logSum
            divergence += exp(logP) * (logP - (Double(b) - q.logSum))
        }
        // Rounding can make a sum slightly negative; NaN stays visible.
        if divergence < 0 { divergence = 0 }
        self.divergence += divergence
        report.largestDivergence =
            divergence.isNaN ? .nan : max(report.largestDivergence, divergence)
        if p.top == q.top {
            agreements += 1
        } else if report.misses.count < ParityReport.maxMisses {
            report.misses.append(
                ParityReport.Miss(
                    position: count,
                    wanted: Int32(p.top),
                    found: Int32(q.top),
                    gap: source[source.startIndex + p.top] - source[source.startIndex + q.top]
                )
            )
        }
        surprises.source += p.logSum - Double(source[source.startIndex + next])
        surprises.result += q.logSum - Double(result[result.startIndex + next])
        count += 1
    }
}

/// The values that are used of a row of logits.
private struct Distribution {
    let top: Int
    let logSum: Double

    init(_ logits: ArraySlice<Float>) {
        var (top, largest) = (0, -Float.infinity)
        for (place, logit) in logits.enumerated() where logit > largest {
            (top, largest) = (place, logit)
        }
        let sum = logits.reduce(0.0) { $0 + exp(Double($1) - Double(largest)) }
        self.top = top
        logSum = Double(largest) + log(sum)
    }
}
