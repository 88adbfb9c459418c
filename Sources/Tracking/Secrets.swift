/// Removes passwords and tokens from what is logged: more people read a run's page than may push to
/// its repository.
public enum Secrets {
    /// The text without the user part of URLs that contains a password or a token:
    /// `https://ann:secret@host/x` becomes `https://host/x`.
    public static func redacted(_ text: String) -> String {
        // Almost no text has any.
        guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
        var result = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let end =
                rest.firstIndex { "/?#\"'<>".contains($0) || $0.isWhitespace } ?? rest.endIndex
            // A password may contain an @ itself: the last one ends the user part.
            guard let at = rest[..<end].lastIndex(of: "@") else { continue }
            if isSecret(rest[..<at]) { rest = rest[rest.index(after: at)...] }
        }
        return result + rest
    }

    /// A name without a password, as in `ssh://git@host`, is no secret.
    private static func isSecret(_ user: Substring) -> Bool {
        user.contains(":") || user.count >= 20 || prefixes.contains { user.hasPrefix($0) }
    }

    private static let prefixes = ["ghp_", "gho_", "github_pat_", "glpat-", "hf_", "oauth2"]
}
