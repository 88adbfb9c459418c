public import Tracking

/// The author of a change to the registry.
public struct Author: Sendable, Equatable {
    /// `user@host`, or the name of a token; the history shows it.
    public var name: String
    /// The number of the user of this machine who acts, or whose token is used.
    public var account: Int?
    /// For a token, the login name of that user.
    public var user: String?

    /// Creates an author from its parts.
    public init(_ name: String, account: Int? = nil, user: String? = nil) {
        self.name = name
        self.account = account
        self.user = user
    }

    /// A user who acts without a token.
    public init(_ identity: Identity) {
        self.init(identity.description, account: identity.account)
    }
}

extension Author: ExpressibleByStringLiteral, CustomStringConvertible {
    /// An author with only a name.
    public init(stringLiteral name: String) { self.init(name) }

    /// The name, with the user of a token.
    public var description: String { user.map { "\(name), a token of \($0)" } ?? name }
}
