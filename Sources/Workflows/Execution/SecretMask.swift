package import JSON
import Platform

/// Replaces the values of secret parameters in what is stored and shown.
package struct SecretMask: Sendable {
    /// What is shown in place of a secret.
    package static let text = "••••"

    private let secrets: [String]

    /// Creates a mask for the secret ones among the values of parameters.
    package init(_ values: JSONObject) {
        secrets = values.members.filter { SecretName.isSecret($0.name.text) }.compactMap { member in
            switch member.value {
            case .string(let text) where !text.isEmpty: text
            case .integer(let number): String(number)
            default: nil
            }
        }
        // One that begins with another one is found as a whole.
        .sorted { $0.utf8.count > $1.utf8.count }
    }

    /// The text without secrets.
    package func masked(_ text: String) -> String {
        guard !secrets.isEmpty else { return text }
        return secrets.reduce(text) { $0.replacing($1, with: Self.text) }
    }

    /// The value without secrets.
    package func masked(_ value: JSONValue) -> JSONValue {
        guard !secrets.isEmpty else { return value }
        switch value {
        case .string(let text): return .string(masked(text))
        case .integer(let number):
            return secrets.contains(String(number)) ? .string(Self.text) : value
        case .array(let values): return .array(values.map { masked($0) })
        case .object(let object): return .object(masked(object))
        case .null, .boolean, .number: return value
        }
    }

    /// The object without secrets; a text that has one ends with a part of its digest, so that other
    /// secrets make another text.
    package func fingerprinted(_ object: JSONObject) -> JSONObject {
        guard !secrets.isEmpty else { return object }
        return JSONObject(
            object.members.map { member in
                let masked = masked(member.value)
                guard masked != member.value else { return (member.name.text, masked) }
                let digest = sha256(of: member.value.compactText).prefix(8)
                return (member.name.text, .string("\(masked.compactText) (\(digest))"))
            }
        )
    }

    /// The object without secrets.
    package func masked(_ object: JSONObject) -> JSONObject {
        guard !secrets.isEmpty else { return object }
        return JSONObject(object.members.map { ($0.name.text, masked($0.value)) })
    }
}
