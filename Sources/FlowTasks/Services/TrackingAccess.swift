/// Where a program finds the tracker.
public struct TrackingAccess: Sendable, Equatable {
    /// The address of the server.
    public var address: String
    /// The token for it; nil if it needs none.
    public var token: String?

    /// Creates an access.
    public init(address: String, token: String? = nil) {
        self.address = address
        self.token = token
    }
}
