import JSON
import Testing

@Suite struct JSONTests {
    private func parsed(_ text: String) throws -> JSONValue {
        try JSONParser.parse(Array(text.utf8))
    }

    @Test func writtenJSONIsReadAgain() throws {
        let value: JSONValue = [
            "text": "quote \" slash \\ line\n tab\t bell\u{7} 한글 😀", "none": .null,
            "whole": .integer(.max), "least": .integer(.min), "fraction": .number(0.1),
            "large": .number(1.7976931348623157e308), "list": [1, true, false, []],
            "nested": ["a": ["b": [:]]],
        ]
        #expect(try JSONParser.parse(value.bytes) == value)
    }

    @Test func numbersThatJSONLacksAreTexts() throws {
        let value: JSONValue = [.number(.nan), .number(.infinity), .number(-.infinity)]
        #expect(String(decoding: value.bytes, as: UTF8.self) == #"["NaN","Infinity","-Infinity"]"#)
    }

    @Test func wholeNumbersKeepSixtyFourBits() throws {
        #expect(try parsed("9007199254740993") == .integer(9_007_199_254_740_993))
        #expect(try parsed("9223372036854775808") == .number(9.223372036854775808e18))
        #expect(try parsed("1.0") == .number(1))
        #expect(try parsed("-0") == .integer(0))
    }

    @Test func membersAreComparedByBytesAndKeepTheirOrder() throws {
        // Composed and decomposed: one String in Swift, two names here.
        let value = try parsed("{\"\u{E9}\": 1, \"e\u{301}\": 2}")
        guard case .object(let object) = value else { throw Unexpected() }
        #expect(object.members.map(\.value) == [1, 2])
        #expect(object["\u{E9}"] == 1)
        #expect(object["e\u{301}"] == 2)
    }

    @Test func objectsOfManyMembersAreFoundToo() throws {
        let text = "{" + (0..<100).map { "\"k\($0)\":\($0)" }.joined(separator: ",") + "}"
        guard case .object(let object) = try parsed(text) else { throw Unexpected() }
        #expect((0..<100).allSatisfy { object["k\($0)"] == .integer($0) })
        #expect(object["k100"] == nil)
        let twice = text.dropLast() + ",\"k7\":1}"
        #expect(throws: JSONParser.Failure.self) { try parsed(String(twice)) }
    }

    @Test(arguments: [
        "", "{", "[1,]", "{\"a\":1,}", "nul", "01", "1.", "+1", "\"\u{1}\"", "\"\\x\"",
        "\"\\ud800\"",
        "{\"a\":1,\"a\":2}", "1 2", "'a'", String(repeating: "[", count: 100_000),
    ])
    func invalidJSONIsRefusedWithItsPosition(text: String) {
        #expect(throws: JSONParser.Failure.self) { try parsed(text) }
    }

    private struct Unexpected: Error {}
}
