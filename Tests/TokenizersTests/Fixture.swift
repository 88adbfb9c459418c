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
