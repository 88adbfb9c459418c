/// Takes passwords and tokens out of what is logged: a run's page is read by more people than may
/// push to its repository.
public enum Secrets {
    /// The text without the user's part of URLs where that holds a password or a token:
    /// `https://ann:secret@host/x` becomes `https://host/x`.
    public static func redacted(_ text: String) -> String {
        // Nearly no text has any.
        guard text.utf8.contains(UInt8(ascii: "@")) else { return text }
        var result = ""
        var rest = text[...]
        while let scheme = rest.firstRange(of: "://") {
            result += rest[..<scheme.upperBound]
            rest = rest[scheme.upperBound...]
            let end =
                rest.firstIndex { "/?#\"'<>".contains($0) || $0.isWhitespace } ?? rest.endIndex
            // A password may hold an @ itself: the last one ends the user's part.
            guard let at = rest[..<end].lastIndex(of: "@") else { continue }
            if isSecret(rest[..<at]) { rest = rest[rest.index(after: at)...] }
        }
        return result + rest
    }

    /// A name alone, as in `ssh://git@host`, tells nothing.
    private static func isSecret(_ user: Substring) -> Bool {
        user.contains(":") || user.count >= 20 || prefixes.contains { user.hasPrefix($0) }
    }

    private static let prefixes = ["ghp_", "gho_", "github_pat_", "glpat-", "hf_", "oauth2"]
}
