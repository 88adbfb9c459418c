import Testing
import Tokenizers

@Suite struct BytePairLearnerTests {
    private func learn(
        _ texts: [String],
        size: Int,
        specialTokens: [String] = ["<|end|>"]
    ) -> TokenizerDefinition {
        var learner = BytePairLearner(
            .init(vocabularySize: size, specialTokens: specialTokens.map { Array($0.utf8) })
        )
        for text in texts { learner.add(Array(text.utf8)) }
        return learner.learn()
    }

    private func merges(_ definition: TokenizerDefinition) -> [String] {
        guard case .ranked(let merges) = definition.merging else { return [] }
        return merges.map { String(decoding: $0.line, as: UTF8.self) }
    }

    /// What `tokenizers.trainers.BpeTrainer` 0.22 learns from the same words.
    @Test func theMostFrequentPairsComeFirst() {
        let definition = learn(
            ["low low low low low lower lower newest newest newest newest newest newest widest"],
            size: 257 + 8
        )
        #expect(
            merges(definition) == [
                "w e", "l o", "s t", "e we", "n ewe", "Ġ lo", "Ġ newe", "Ġnewe st",
            ]
        )
    }

    @Test func aLearntVocabularyEncodesAndDecodes() throws {
        let texts = ["휴가는 어떻게 신청하나요? 휴가는 인사 포털에서 신청합니다.", "a b\n\nc 12 e\u{301} 🙂"]
        let definition = learn(Array(repeating: texts, count: 3).flatMap { $0 }, size: 320)
        let tokenizer = try Tokenizer(definition)
        for text in texts + ["never seen: Zürich 東京"] {
            let ids = tokenizer.encode(
                Array(text.utf8),
                parsingSpecialTokens: false,
                addingBOS: false
            )
            #expect(tokenizer.decode(ids, skippingControlTokens: false) == Array(text.utf8))
        }
        #expect(
            tokenizer.encode(Array("<|end|>".utf8), parsingSpecialTokens: true, addingBOS: false)
                == [0]
        )
    }

    @Test func endsWhereNoPairIsFrequent() {
        let definition = learn(["abc", "xyz"], size: 1000)
        #expect(definition.vocabulary.tokens.count == 257)
    }
}
