import Inference
import Testing

@Suite struct StopFilterTests {
    private func run(_ stops: [String], _ pieces: [String]) -> (pieces: [String], rest: String) {
        var filter = StopFilter(stops)
        let out = pieces.map { filter.append($0) }
        return (out, filter.finish())
    }

    @Test func cutsTheTextAtAStopThatComesInPieces() {
        let (pieces, rest) = run(["<end>"], ["one ", "two<", "en", "d> three", " four"])
        #expect(pieces == ["one ", "two", "", "", ""])
        #expect(rest == "")
    }

    @Test func givesBackWhatOnlyBeganAsAStop() {
        let (pieces, rest) = run(["<end>"], ["a<en", "dx", "<e"])
        #expect(pieces == ["a", "<endx", ""])
        #expect(rest == "<e")
    }

    @Test func theEarliestOfSeveralStopsCounts() {
        let (pieces, _) = run(["world", "lo"], ["hello world"])
        #expect(pieces == ["hel"])
    }

    @Test func holdsNothingBackWithoutStops() {
        let (pieces, rest) = run([], ["a", "b"])
        #expect(pieces == ["a", "b"])
        #expect(rest == "")
    }

    @Test func neverSplitsACharacter() {
        let (pieces, rest) = run(["가나다"], ["x가", "나", "라", "가나다"])
        #expect(pieces == ["x", "", "가나라", ""])
        #expect(rest == "")
    }
}
