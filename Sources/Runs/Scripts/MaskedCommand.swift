import Tracking

/// A command as it is stored and shown: without passwords and tokens.
package enum MaskedCommand {
    /// What stands for a secret.
    package static let mask = "***"

    /// The words with secret values masked: `--token x`, `--api-key=x`, `HF_TOKEN=x`, `hf_…`, and the
    /// user part of URLs.
    package static func words(_ command: [String]) -> [String] {
        var isSecretNext = false
        return command.map { word in
            defer { isSecretNext = word.hasPrefix("-") && !word.contains("=") && isSecret(word) }
            if isSecretNext, !word.hasPrefix("-") { return mask }
            if let sign = word.firstIndex(of: "="), isSecret(word[..<sign]) {
                return "\(word[...sign])\(mask)"
            }
            return isToken(word) ? mask : Secrets.redacted(word)
        }
    }

    private static let names = [
        "token", "secret", "password", "passwd", "apikey", "credential", "accesskey", "privatekey",
    ]

    /// Whether the name of an option or a variable is that of a secret.
    package static func isSecret(_ name: some StringProtocol) -> Bool {
        let plain = name.lowercased().filter { $0.isLetter || $0.isNumber }
        // `--max-tokens` and `--tokenizer` are none.
        return names.contains { secret in
            secret == "token"
                ? plain.hasSuffix(secret) && !plain.hasSuffix("pertoken")
                : plain.contains(secret)
        }
    }

    private static let prefixes = [
        "hf_", "ghp_", "gho_", "github_pat_", "glpat-", "sk-", "xoxb-", "AKIA",
    ]

    private static func isToken(_ word: String) -> Bool {
        word.utf8.count >= 20 && prefixes.contains { word.hasPrefix($0) }
            && word.utf8.allSatisfy { MetricFieldName.isNameByte($0) && $0 != UInt8(ascii: "/") }
    }
}
