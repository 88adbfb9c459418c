import Foundation
import JSON
import Testing

/// A call of MLflow's client and its answer, as `Tests/Interop/record_goldens.py` recorded them.
struct Golden {
    let method: String
    let path: String
    /// The role whose token it has; nil for none.
    let token: String?
    /// The body; may be empty.
    let body: String
    let status: Int
    let reply: Reply

    enum Reply {
        case json(JSONValue)
        case text(String)
        case none
    }

    struct Malformed: Error { let what: String }

    private init(_ object: JSONObject) throws {
        func text(_ name: String) -> String? {
            if case .string(let text) = object[name] { text } else { nil }
        }
        guard let call = text("call"), case .integer(let status) = object["status"],
            let space = call.firstIndex(of: " ")
        else { throw Malformed(what: "a call without its line or status") }
        method = String(call[..<space])
        path = String(call[call.index(after: space)...])
        token = text("token")
        body =
            object["body"].map { String(decoding: $0.bytes, as: UTF8.self) } ?? text("text") ?? ""
        self.status = status
        reply = object["reply"].map { .json($0) } ?? text("text_reply").map { .text($0) } ?? .none
    }

    /// The recorded scenarios, by name.
    static let scenarios: [String] = {
        let files = try? FileManager.default.contentsOfDirectory(atPath: folder)
        return (files ?? []).filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }
            .sorted()
    }()

    private static var folder: String { "\(Bundle.module.bundlePath)/Fixtures" }

    /// The calls of a scenario, in order.
    static func calls(of scenario: String) throws -> [Golden] {
        let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/\(scenario).json"))
        guard case .array(let calls) = try JSONParser.parse(Array(data)) else {
            throw Malformed(what: "\(scenario) is no list")
        }
        return try calls.map { call in
            guard case .object(let object) = call else { throw Malformed(what: scenario) }
            return try Golden(object)
        }
    }
}

/// Compares replies with recorded ones, in which placeholders replace values that the server
/// chooses.
struct GoldenMatcher {
    /// The values of the placeholders seen so far.
    private var known: [String: String] = [:]

    /// The text with its placeholders replaced.
    func filled(_ text: String) -> String {
        text.replacing(/\{id\d+\}/) { known[String($0.0)] ?? String($0.0) }
    }

    /// Whether a reply is the recorded one.
    mutating func matches(_ golden: Golden.Reply, _ body: String) -> Bool {
        switch golden {
        case .none: body.isEmpty
        case .text(let text): matches(text[...], body[...])
        case .json(let value):
            (try? JSONParser.parse(Array(body.utf8))).map { matches(value, $0) } ?? false
        }
    }

    private mutating func matches(_ golden: JSONValue, _ actual: JSONValue) -> Bool {
        switch (golden, actual) {
        case (.string("{any}"), _): return true
        case (.string("{time}"), .integer(let number)): return number > 1_600_000_000_000
        case (.string(let one), .string(let other)): return matches(one[...], other[...])
        case (.array(let some), .array(let others)):
            guard some.count == others.count else { return false }
            for (one, other) in zip(some, others) where !matches(one, other) { return false }
            return true
        case (.object(let one), .object(let other)):
            guard one.members.count == other.members.count else { return false }
            for member in one.members {
                guard let value = other[member.name], matches(member.value, value) else {
                    return false
                }
            }
            return true
        case (.integer(let one), .number(let other)): return Double(one) == other
        case (.number(let one), .integer(let other)): return one == Double(other)
        default: return golden == actual
        }
    }

    private mutating func matches(_ golden: Substring, _ actual: Substring) -> Bool {
        guard let found = golden.firstMatch(of: /\{(?:id\d+|user|time|any)\}/) else {
            return golden.utf8.elementsEqual(actual.utf8)
        }
        let before = golden[..<found.range.lowerBound]
        guard actual.hasPrefix(before) else { return false }
        let rest = golden[found.range.upperBound...]
        let from = actual.dropFirst(before.count)
        let name = String(found.0)
        if let value = known[name] {
            return from.hasPrefix(value) && matches(rest, from.dropFirst(value.count))
        }
        // The placeholder ends where the following text begins.
        let next = rest.prefix(8).prefix { $0 != "{" }
        let end = next.isEmpty ? from.endIndex : from.firstRange(of: next)?.lowerBound
        guard let end, end > from.startIndex else { return false }
        if name != "{time}", name != "{any}" { known[name] = String(from[..<end]) }
        return matches(rest, from[end...])
    }
}
