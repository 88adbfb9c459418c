public import Tracking

/// Who changes the registry.
public struct Author: Sendable, Equatable {
    /// `user@host`, or the name of a token; what the history says.
    public var name: String
    /// The number of the user of this machine who acts, or behind whose token somebody acts.
    public var account: Int?
    /// For a token, the login name of that user.
    public var user: String?

    /// Makes an author of its parts.
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
    /// An author of whom the name alone is known.
    public init(stringLiteral name: String) { self.init(name) }

    /// The name, with the user behind a token.
    public var description: String { user.map { "\(name), a token of \($0)" } ?? name }
}
