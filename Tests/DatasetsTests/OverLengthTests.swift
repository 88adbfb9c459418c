import Datasets
import Testing
import Tokenizers

struct OverLengthTests {
    /// Two questions of three tokens, each with an answer of four: 14 tokens.
    private let example = Example(
        ids: Array(0..<14),
        isTarget: [false, false, false, true, true, true, true, false, false, false]
            + [true, true, true, true],
        source: RecordSource(file: "f", line: 1)
    )

    private func fit(_ policy: OverLengthPolicy, _ length: Int) -> FittedExample {
        policy.fit(example, to: length)
    }

    @Test(arguments: OverLengthPolicy.allCases)
    func conversationsThatFitAreUnchanged(_ policy: OverLengthPolicy) {
        let fitted = fit(policy, 14)
        #expect(fitted.examples == [example])
        #expect(fitted.cutTokens == 0 && fitted.cutTargets == 0 && !fitted.losesEnd)
    }

    @Test(arguments: OverLengthPolicy.allCases, 2..<14)
    func noPolicyExceedsTheLengthAndEveryTokenIsAccountedFor(
        _ policy: OverLengthPolicy,
        _ length: Int
    ) {
        let fitted = fit(policy, length)
        #expect(fitted.examples.allSatisfy { (2...length).contains($0.ids.count) })
        #expect(fitted.examples.allSatisfy { !$0.isTarget[0] && $0.targetCount > 0 })
        let learnt = fitted.examples.reduce(0) { $0 + $1.targetCount }
        #expect(learnt + fitted.cutTargets == 8)
        let seen = Set(fitted.examples.flatMap(\.ids))
        #expect(seen.count + fitted.cutTokens == 14)
    }

    @Test func stopAndDropLeaveNothing() {
        for policy in [OverLengthPolicy.stop, .drop] {
            let fitted = fit(policy, 13)
            #expect(fitted.examples.isEmpty && fitted.cutTokens == 14 && fitted.cutTargets == 8)
        }
    }

    @Test func truncatingAtTheLeftKeepsTheEndOfTheLastAnswer() {
        let fitted = fit(.truncateLeft, 6)
        #expect(fitted.examples.map(\.ids) == [[8, 9, 10, 11, 12, 13]])
        #expect(fitted.examples[0].isTarget == [false, false, true, true, true, true])
        #expect(fitted.cutTargets == 4 && !fitted.losesEnd)
        // An answer longer than the sequence loses its beginning; nothing precedes its first token.
        #expect(fit(.truncateLeft, 3).examples.map(\.ids) == [[11, 12, 13]])
        #expect(fit(.truncateLeft, 3).examples[0].isTarget == [false, true, true])
    }

    @Test func truncatingAtTheLeftKeepsWhatEveryTextBeginsWith() {
        let fitted = OverLengthPolicy.truncateLeft.fit(example, to: 5, opening: [0])
        #expect(fitted.examples.map(\.ids) == [[0, 10, 11, 12, 13]])
        #expect(fitted.examples[0].isTarget == [false, true, true, true, true])
        let other = OverLengthPolicy.truncateLeft.fit(example, to: 5, opening: [7])
        #expect(other.examples.map(\.ids) == [[9, 10, 11, 12, 13]])
    }

    @Test(arguments: 7..<14)
    func truncatingAtTheRightEndsBehindAWholeAnswer(_ length: Int) {
        let fitted = fit(.truncateRight, length)
        #expect(fitted.examples.map(\.ids) == [Array(0..<7)])
        #expect(fitted.cutTargets == 4 && !fitted.losesEnd)
    }

    @Test func anAnswerThatLosesItsEndIsCounted() {
        let fitted = fit(.truncateRight, 5)
        #expect(fitted.examples.map(\.ids) == [Array(0..<5)])
        #expect(fitted.losesEnd)
        // Without a token to learn there is no example, and no answer without an end.
        #expect(fit(.truncateRight, 3).examples.isEmpty && !fit(.truncateRight, 3).losesEnd)
    }

    @Test(arguments: 2..<14)
    func splittingLearnsEveryTargetOnce(_ length: Int) {
        let fitted = fit(.split, length)
        let targets = fitted.examples.flatMap { zip($0.ids, $0.isTarget).filter(\.1).map(\.0) }
        #expect(targets == [3, 4, 5, 6, 10, 11, 12, 13])
    }

    @Test func renderingCountsWhatAPolicyCosts() throws {
        let records = [
            conversation("a", "b", line: 1), conversation("a", "much too long", line: 2),
        ]
        let length = try TinyModel.renderer().examples(of: records[0])[0].ids.count
        let renderer = try TinyModel.renderer(sequenceLength: length)
        let cut = try renderer.render(records, overLength: .truncateRight)
        #expect(cut.examples.count == 2 && cut.dropped.isEmpty)
        #expect(cut.overLength.rows == 1 && cut.overLength.answersWithoutEnd == 1)
        #expect(cut.overLength.cutTokens == 12 && cut.overLength.cutTargets == 12)
        let split = try renderer.render(records, overLength: .split)
        #expect(split.overLength.divided == 1 && split.overLength.cutTargets == 0)
        let dropped = try renderer.render(records, overLength: .drop)
        #expect(dropped.overLength.dropped == 1 && dropped.dropped.map(\.line) == [2])
    }
}

struct DocumentStreamTests {
    private func documents(_ counts: [Int]) -> [DocumentStream.Document] {
        var next: Int32 = 0
        return counts.enumerated().map { index, count in
            defer { next += Int32(count) }
            return DocumentStream.Document(
                ids: (0..<Int32(count)).map { next + $0 },
                source: RecordSource(file: "f", line: index + 1)
            )
        }
    }

    private func targets(_ examples: [Example]) -> [Int32] {
        examples.flatMap { zip($0.ids, $0.isTarget).filter(\.1).map(\.0) }
    }

    @Test func documentsAreDividedByTheEndOfText() {
        let stream = DocumentStream(sequenceLength: 100, opening: [], endOfText: 99)
        let sequences = stream.sequences(of: documents([2, 1, 2]))
        #expect(sequences.map(\.ids) == [[0, 1, 99, 2, 99, 3, 4, 99]])
        #expect(sequences[0].isTarget == [false] + [Bool](repeating: true, count: 7))
        #expect(sequences[0].source.line == 1)
    }

    @Test(arguments: 2...11, [[1], [7, 1, 4], [30], [3, 3, 3, 3], [1, 1, 1, 1, 1]])
    func nothingIsDroppedAndEverythingLearntOnce(_ length: Int, _ counts: [Int]) {
        let stream = DocumentStream(sequenceLength: length, opening: [], endOfText: 99)
        let documents = documents(counts)
        let sequences = stream.sequences(of: documents)
        #expect(targets(sequences) == Array(documents.flatMap { $0.ids + [99] }.dropFirst()))
        #expect(sequences.dropLast().allSatisfy { $0.ids.count == length })
        #expect(sequences.allSatisfy { $0.isTarget.first == false })
        #expect(sequences.allSatisfy { $0.targetCount == $0.ids.count - 1 })
    }

    @Test(arguments: 2...11, [[1], [7, 1, 4], [30], [3, 3, 3, 3], [1, 1, 1, 1, 1]])
    func theOpeningIsPutInAndReplacesNoToken(_ length: Int, _ counts: [Int]) {
        let stream = DocumentStream(sequenceLength: length, opening: [50], endOfText: 99)
        let documents = documents(counts)
        let sequences = stream.sequences(of: documents)
        #expect(sequences.allSatisfy { $0.ids.first == 50 && !$0.isTarget[0] })
        #expect(sequences.dropLast().allSatisfy { $0.ids.count == length })
        let learnt = targets(sequences).filter { $0 != 50 }
        #expect(learnt == documents.flatMap { $0.ids + [99] })
    }

    @Test func aSequenceIsNamedByTheDocumentItBeginsIn() {
        let stream = DocumentStream(sequenceLength: 4, opening: [], endOfText: 99)
        let lines = stream.sequences(of: documents([2, 9])).map(\.source.line)
        #expect(lines == [1, 2, 2, 2])
    }

    @Test func joinedDocumentsShareSequences() throws {
        var renderer = try TinyModel.renderer(template: nil, sequenceLength: 8)
        let records = ["ab", "cde"].enumerated().map {
            Record(.text($0.element), source: RecordSource(file: "f", line: $0.offset))
        }
        #expect(try renderer.render(records).examples.count == 2)
        renderer.documents = .joined
        let joined = try renderer.render(records).examples
        #expect(joined.map(\.ids) == [[97, 98, TinyModel.end, 99, 100, 101, TinyModel.end]])
    }

    @Test func theEndOfADocumentIsNotTheEndOfATurn() throws {
        let names = ["a", "<|im_end|>", "<|endoftext|>"]
        let tokenizer = try Tokenizer(
            vocabulary: Vocabulary(
                tokens: names.map { Array($0.utf8) },
                types: [.normal, .control, .control]
            ),
            preTokenizer: .gpt2,
            merges: [],
            bos: nil,
            eos: 1,
            addsBOS: false
        )
        #expect(tokenizer.endOfText == 2)
        #expect(try TinyModel.tokenizer().endOfText == TinyModel.end)
        var renderer = ExampleRenderer(tokenizer: tokenizer, template: nil, sequenceLength: 8)
        let record = Record(.text("aa"), source: RecordSource(file: "f", line: 1))
        #expect(try renderer.examples(of: record)[0].ids == [0, 0, 2])
        renderer.endOfText = nil
        #expect(try renderer.examples(of: record)[0].ids == [0, 0])
    }
}
