/// Names of values that are passwords, tokens or keys.
public enum SecretName {
    private static let endings = [
        "password", "passwd", "passphrase", "secret", "token", "api_key", "apikey", "access_key",
        "secret_key", "private_key", "auth_key", "credential", "credentials",
    ]

    /// Whether a value of this name is masked wherever it is shown or logged.
    ///
    /// `hub_token` and `token_2` are secret, `max_tokens` and `tokenizer` are not.
    public static func isSecret(_ name: String) -> Bool {
        var words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
        while let last = words.last, last.allSatisfy(\.isNumber) { words.removeLast() }
        guard let last = words.last else { return false }
        let two = words.suffix(2).joined(separator: "_")
        return endings.contains(String(last)) || endings.contains(two)
    }
}
