/// Which hub files come from, and how.
package struct HubConfiguration: Sendable, Equatable {
    /// The hub's address.
    package var endpoint = "https://huggingface.co"
    /// A token for the hub, sent to that address alone; nil for none.
    package var token: String?
    /// How many connections a long file comes over.
    package var connections = 4
    /// How long a connection to the hub may take.
    package var connectTimeout = Duration.seconds(5)
    /// How long the hub may be silent.
    package var idleTimeout = Duration.seconds(30)

    /// The defaults.
    package init() {}

    /// The defaults with what HF_ENDPOINT and HF_TOKEN say.
    package init(environment: [String: String]) {
        if let endpoint = environment["HF_ENDPOINT"], !endpoint.isEmpty {
            self.endpoint = endpoint
        }
        if let token = environment["HF_TOKEN"], !token.isEmpty { self.token = token }
    }
}
