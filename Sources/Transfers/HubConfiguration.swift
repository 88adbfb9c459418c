/// Which hub files come from, and how.
package struct HubConfiguration: Sendable {
    /// The hub's address.
    package var endpoint: String
    /// The token that gives access to private files; nil for none.
    package var token: String?
    /// How many connections a long file comes over.
    package var connections: Int
    /// How long a connection may take to be made.
    package var connectTimeout: Duration
    /// How long a server may send nothing.
    package var idleTimeout: Duration

    /// Names a hub.
    package init(
        endpoint: String,
        token: String?,
        connections: Int,
        connectTimeout: Duration,
        idleTimeout: Duration
    ) {
        self.endpoint = endpoint
        self.token = token
        self.connections = connections
        self.connectTimeout = connectTimeout
        self.idleTimeout = idleTimeout
    }
}
