import ChatTemplates
import Datasets
import Platform
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

    // MARK: By other keys

    private func row(_ number: Int, page: Int) -> String {
        "\(chatRow("question \(number)", "answer").dropLast()),\"page\":\(page)}"
    }

    @Test func rowsWithTheSameMemberStayTogetherAndNeverChangeSides() throws {
        let share = HeldOutShare(0.3, by: .field("page"))
        let rows = (0..<200).map { row($0, page: $0 / 5) }
        let whole = try read(rows.joined(separator: "\n")).holdingOut(share).dataset
        let held = Set(whole.heldOut.compactMap { $0.fields["page"] })
        #expect(held.isDisjoint(with: whole.training.compactMap { $0.fields["page"] }))
        #expect((4...20).contains(held.count))
        let more = try read((rows + (200..<300).map { row($0, page: $0) }).joined(separator: "\n"))
        let later = try more.holdingOut(share).dataset
        #expect(Set(questions(whole.heldOut)).isSubset(of: questions(later.heldOut)))
        #expect(Set(questions(whole.training)).isSubset(of: questions(later.training)))
    }

    @Test func aSaltHoldsOutOtherRows() throws {
        let dataset = try read(rows(0..<200))
        let one = try dataset.holdingOut(HeldOutShare(0.2, salt: "a"))
        let other = try dataset.holdingOut(HeldOutShare(0.2, salt: "b"))
        #expect(questions(one.dataset.heldOut) != questions(other.dataset.heldOut))
        #expect(one.step.setting == "0.2 by question with salt a")
    }

    @Test func rowsThatDifferOnlyInSpacesStayTogether() throws {
        let text = (0..<100).flatMap { [chatRow("row \($0)", "a"), chatRow("row  \($0) ", "a")] }
        let dataset = try read(text.joined(separator: "\n"))
        let split = try dataset.holdingOut(HeldOutShare(0.4, by: .row)).dataset
        let held = Set(split.heldOut.map { ($0.source.line - 1) / 2 })
        #expect(!held.isEmpty && split.heldOut.count == 2 * held.count)
    }
}
