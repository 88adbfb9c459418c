import JSON
import Testing
import Workflows

@Suite struct SecretMaskTests {
    @Test func aSecretThatBeginsWithAnotherOneIsMaskedAsAWhole() {
        let mask = SecretMask(
            JSONObject([
                ("api_key", .string("abc")), ("hub_token", .string("abc-def")),
                ("max_tokens", .integer(512)), ("password", .integer(1234)),
            ])
        )
        #expect(mask.masked("abc, abc-def, 512, 1234") == "••••, ••••, 512, ••••")
    }
}
