import Datasets
import Platform

/// Validated examples: each fits the model and has something to learn.
struct TrainingExamples {
    let examples: [Example]

    /// The tokens of each example.
    var lengths: [Int] { examples.map(\.ids.count) }

    init(
        _ examples: [Example],
        sequenceLength: Int,
        vocabularySize: Int,
        allowsNoTargets: Bool = false
    ) throws {
        for example in examples {
            guard example.ids.count <= sequenceLength else {
                throw TrainingError(
                    .example,
                    "\(example.source) has \(example.ids.count) tokens, more than the sequence length \(sequenceLength).",
                    hint: "raise --sequence-length, or shorten the row"
                )
            }
            if let id = example.ids.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
                throw TrainingError(
                    .example,
                    "\(example.source) has the token \(id), but the model's vocabulary has \(vocabularySize).",
                    hint: "prepare the data with this model's own tokenizer"
                )
            }
            guard allowsNoTargets || example.targetCount > 0 else {
                throw TrainingError(
                    .example,
                    "\(example.source) has no token to learn.",
                    hint: "give it an answer of the assistant, or remove it"
                )
            }
        }
        self.examples = examples
    }

    /// Groups the examples, in order, into batches of at most `tokenCapacity` tokens.
    func batches(tokenCapacity: Int) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var start = 0
        var tokens = 0
        for (index, example) in examples.enumerated() {
            if index > start, tokens + example.ids.count > tokenCapacity {
                batches.append(start..<index)
                start = index
                tokens = 0
            }
            tokens += example.ids.count
        }
        if start < examples.count { batches.append(start..<examples.count) }
        return batches
    }
}
