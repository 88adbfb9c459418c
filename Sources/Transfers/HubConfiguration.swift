/// The hub that files are fetched from, and how.
package struct HubConfiguration: Sendable, Equatable {
    /// The hub's address.
    package var endpoint = "https://huggingface.co"
    /// A token for the hub, sent only to that address; nil for none.
    package var token: String?
    /// The number of connections for a large file.
    package var connections = 4
    /// The time limit for connecting to the hub.
    package var connectTimeout = Duration.seconds(5)
    /// The time limit for the hub's silence.
    package var idleTimeout = Duration.seconds(30)

    /// The defaults.
    package init() {}

    /// The defaults with the values of HF_ENDPOINT and HF_TOKEN.
    package init(environment: [String: String]) {
        if let endpoint = environment["HF_ENDPOINT"], !endpoint.isEmpty {
            self.endpoint = endpoint
        }
        if let token = environment["HF_TOKEN"], !token.isEmpty { self.token = token }
    }
}
