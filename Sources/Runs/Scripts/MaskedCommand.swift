import Platform
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
            defer {
                isSecretNext =
                    word.hasPrefix("-") && !word.contains("=") && SecretName.isSecret(word)
            }
            if isSecretNext, !word.hasPrefix("-") { return mask }
            if let sign = word.firstIndex(of: "="), SecretName.isSecret(word[..<sign]) {
                return "\(word[...sign])\(mask)"
            }
            return isToken(word) ? mask : Secrets.redacted(word)
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
