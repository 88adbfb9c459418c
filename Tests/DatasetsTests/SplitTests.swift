import Datasets
import Testing
import Tokenizers

struct SplitTests {
    private func rows(_ range: Range<Int>) -> String {
        range.map { chatRow("question \($0)", "answer \($0)") }.joined(separator: "\n")
    }

    private func questions(_ records: [Record]) -> [String] {
        records.compactMap { $0.messages?.first?.content }
    }

    @Test func aRowStaysOnItsSideInEveryOrderAndEveryDataset() throws {
        let whole = try read(rows(0..<200)).holdingOut(0.2)
        let part = try read(rows(100..<300)).holdingOut(0.2)
        let shared = Set(questions(whole.heldOut)).intersection(questions(part.training))
        #expect(shared.isEmpty)
        #expect(whole.training.count + whole.heldOut.count == 200)
        #expect((20...60).contains(whole.heldOut.count))
    }

    @Test func aLargerShareHoldsOutWhatASmallerOneDoes() throws {
        let dataset = try read(rows(0..<200))
        let small = try Set(questions(dataset.holdingOut(0.1).heldOut))
        let large = try Set(questions(dataset.holdingOut(0.3).heldOut))
        #expect(small.isStrictSubset(of: large))
    }

    @Test func rowsThatAskTheSameStayTogether() throws {
        let text = (0..<60).map { chatRow("question \($0 / 3)", "answer \($0)") }
        let dataset = try read(text.joined(separator: "\n")).holdingOut(0.4)
        let kept = Set(questions(dataset.training))
        #expect(kept.isDisjoint(with: questions(dataset.heldOut)))
        #expect(dataset.heldOut.count % 3 == 0)
    }

    @Test(arguments: [0, 1, -0.5, 1.5, .nan, .infinity])
    func aShareOutsideZeroToOneIsRefused(_ share: Double) throws {
        let dataset = try read(rows(0..<10))
        let error = #expect(throws: DatasetError.self) { try dataset.holdingOut(share) }
        #expect(error?.code == .invalidSplit)
    }

    @Test func aSideWithoutRowsIsRefused() throws {
        let dataset = try read(rows(0..<1))
        #expect(throws: DatasetError.self) { try dataset.holdingOut(0.5) }
    }

    @Test func aDatasetIsNotSplitTwice() throws {
        let dataset = try read(rows(0..<100)).holdingOut(0.5)
        #expect(throws: DatasetError.self) { try dataset.holdingOut(0.5) }
    }
}
