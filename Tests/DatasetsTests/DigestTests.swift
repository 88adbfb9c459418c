import Datasets
import Testing

struct DigestTests {
    @Test func theDigestIsTheOneOfTheDescribedBytes() throws {
        // SHA-256 over the parts as documented, computed with Python's hashlib.
        let dataset = try read(chatRow("a", "b"))
        #expect(
            dataset.digest == "1372b0799308403276394161de775dec424fb01ee44d28f8a9bab595bd9526b7"
        )
        #expect(dataset.shortDigest == String(dataset.digest.prefix(8)))
    }

    @Test func theDigestIsOfTheContentNotOfItsSpelling() throws {
        let one = try read(#"{"prompt":"한","completion":"b"}"#)
        let other = try read(#"{ "instruction": "\ud55c", "output" : "b", "note": "x" }"#)
        #expect(one.digest == other.digest)
    }

    @Test func everyChangeOfContentChangesTheDigest() throws {
        let rows = [
            chatRow("a", "b"), chatRow("ab", ""), chatRow("a", "c"), chatRow("a", "b "),
            chatRow("\u{AC00}", "b"), chatRow("\u{1100}\u{1161}", "b"),
            chatRow("a", "b") + "\n" + chatRow("c", "d"),
            chatRow("c", "d") + "\n" + chatRow("a", "b"),
        ]
        let digests = try rows.map { try read($0).digest } + [read("a\n\nb", as: "a.txt").digest]
        #expect(Set(digests).count == rows.count + 1)
    }

    @Test func holdingARowOutChangesTheDigest() throws {
        let dataset = try read(chatRow("a", "b") + "\n" + chatRow("c", "d"))
        let moved = Dataset(
            name: dataset.name,
            path: dataset.path,
            format: dataset.format,
            training: [dataset.training[0]],
            heldOut: [dataset.training[1]]
        )
        #expect(moved.digest != dataset.digest)
    }
}
