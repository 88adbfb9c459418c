import Platform
import Testing

@Suite struct SecretNameTests {
    @Test(arguments: [
        "token", "hub_token", "HF_TOKEN", "--token", "token_2", "hubToken2", "hftoken", "password",
        "DB_PASSWORD_PROD", "db-passwd", "passphrase", "--my-secret", "AWS_SECRET_ACCESS_KEY",
        "api_key", "--api-key", "apiKey", "APIKey", "apikey", "OPENAI_API_KEY", "private_key",
        "credentials", "credential.json", "new_token", "next_token", "secret_id", "credentials_url",
    ])
    func secretsAreKnownByTheirNames(name: String) {
        #expect(SecretName.isSecret(name))
    }

    @Test(arguments: [
        "", "-", "2", "--max-tokens", "tokens", "tokenizer", "--tokens-per-step", "cost_per_token",
        "pad_token", "eosToken", "mask_token", "lr", "secretary", "key", "keys", "monkey",
        "keyword",
        "password_length", "token_count", "secret_name", "password_file", "primary_key",
        "tokenized", "pad_token_id", "id", "url",
    ])
    func otherNamesAreNone(name: String) {
        #expect(!SecretName.isSecret(name))
    }
}
