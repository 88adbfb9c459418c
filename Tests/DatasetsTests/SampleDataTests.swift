import ChatTemplates
import Crypto
import Datasets
import Foundation
import Testing
import Tokenizers

/// The shipped data follows the rules in its README.
struct SampleDataTests {
    struct Fact: Decodable {
        let id: String
        let key: String
        let answerEn: String
        let answerKo: String
        let questionsEn: [String]
        let questionsKo: [String]

        func questions(_ language: String) -> [String] {
            language == "en" ? questionsEn : questionsKo
        }

        func answer(_ language: String) -> String { language == "en" ? answerEn : answerKo }
    }

    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("sample-data").path

    private let facts: [Fact]
    private let faq: Dataset

    init() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let file = URL(fileURLWithPath: "\(Self.folder)/company-faq/source/facts.json")
        facts = try decoder.decode([Fact].self, from: Data(contentsOf: file))
        faq = try Dataset.read(path: "\(Self.folder)/company-faq")
    }

    /// Asked question, answer, fact and language of each row.
    private func rows(_ records: [Record]) throws -> [[String]] {
        try records.map { record in
            let messages = try #require(record.messages)
            #expect(messages.map(\.role) == ["user", "assistant"])
            let fields = try ["fact", "language", "key"].map { try #require(record.fields[$0]) }
            return messages.map(\.content) + fields
        }
    }

    @Test func everyFactHasFivePhrasingsPerLanguage() {
        #expect((55...65).contains(facts.count))
        #expect(facts.allSatisfy { $0.questionsEn.count >= 5 && $0.questionsKo.count >= 5 })
    }

    @Test func aKeyIsOnlyInTheAnswersOfItsFact() {
        #expect(Set(facts.map(\.key)).count == facts.count)
        for fact in facts {
            for other in facts {
                let isSame = fact.id == other.id
                #expect(other.answerEn.contains(fact.key) == isSame, "\(fact.key): \(other.id)")
                #expect(other.answerKo.contains(fact.key) == isSame, "\(fact.key): \(other.id)")
            }
        }
    }

    @Test func onePhrasingChosenByHashIsHeldOut() throws {
        var training: [[String]] = []
        var heldOut: [[String]] = []
        for fact in facts {
            for language in ["en", "ko"] {
                let hashes = fact.questions(language).map { question in
                    Array(SHA256.hash(data: Data("\(fact.id)/\(language)/\(question)".utf8)))
                }
                let smallest = hashes.indices.min {
                    hashes[$0].lexicographicallyPrecedes(hashes[$1])
                }
                for (index, question) in fact.questions(language).enumerated() {
                    let row = [question, fact.answer(language), fact.id, language, fact.key]
                    if index == smallest { heldOut.append(row) } else { training.append(row) }
                }
            }
        }
        #expect(try rows(faq.training) == training)
        #expect(try rows(faq.heldOut) == heldOut)
    }

    @Test func noRunOfEightWordsIsInBothParts() throws {
        func grams(_ row: [String]) -> Set<[String]> {
            let words = "\(row[0]) \(row[1])".lowercased().split(separator: " ")
                .map { $0.filter { $0.isLetter || $0.isNumber } }.filter { !$0.isEmpty }
            guard words.count >= 8 else { return [] }
            return Set((0...words.count - 8).map { Array(words[$0..<$0 + 8]) })
        }
        let trained = try rows(faq.training).reduce(into: Set()) { $0.formUnion(grams($1)) }
        for row in try rows(faq.heldOut) {
            #expect(trained.isDisjoint(with: grams(row)), "\(row[0])")
        }
    }

    @Test func everyDatasetThatIsShippedIsCleanAndSmall() throws {
        let paths = try Dataset.candidates(in: Self.folder)
        let datasets = try paths.map { try Dataset.read(path: $0) }
        #expect(datasets.map(\.name) == ["company-faq", "korean-corpus", "message-routing"])
        #expect(datasets.map(\.format) == [.messages, .text, .alpaca])
        for dataset in datasets {
            #expect(try DatasetLint().report(on: dataset).findings == [])
            #expect(dataset.training.count >= 20)
        }
    }
}
