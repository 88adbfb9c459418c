import ChatTemplates
import Foundation
import Testing
import Tokenizers

/// Reads one of the JSON fixtures.
func fixture<Value: Decodable>(_ name: String, as type: Value.Type = Value.self) throws -> Value {
    let url = try #require(
        Bundle.module.url(forResource: name, withExtension: "json", subdirectory: "Fixtures")
    )
    return try JSONDecoder().decode(Value.self, from: Data(contentsOf: url))
}

/// A template and Jinja 3.1's output with `trim_blocks` and `lstrip_blocks`.
struct TemplateCase: Decodable, CustomTestStringConvertible {
    let group: String
    let template: String
    let expected: String

    var testDescription: String { "\(group): \(template)" }
}

/// A published chat template and Jinja 3.1's output for conversations.
struct PublishedTemplate: Decodable, CustomTestStringConvertible {
    struct Render: Decodable {
        let messages: [Message]
        let text: String
        let generationPromptText: String

        enum CodingKeys: String, CodingKey {
            case messages, text
            case generationPromptText = "generation_prompt_text"
        }
    }

    let name: String
    let template: String
    let renders: [Render]

    var testDescription: String { name }

    static func named(_ name: String) throws -> ChatTemplate {
        let all: [PublishedTemplate] = try fixture("published_templates")
        return try ChatTemplate(source: #require(all.first { $0.name == name }).template)
    }
}

extension RenderedChat {
    var text: String { String(decoding: bytes, as: UTF8.self) }

    func text(in range: Range<Int>) -> String { String(decoding: bytes[range], as: UTF8.self) }

    /// Each span as `message field text`, with `-` where there is none.
    var outline: [String] {
        spans.map { span in
            let message = span.message.map(String.init) ?? "-"
            let field = span.field.map { "\($0)" } ?? "-"
            return "\(message) \(field) \(text(in: span.range))"
        }
    }
}
