package import Glibc

/// A user on a machine.
public struct Identity: Sendable, Hashable, CustomStringConvertible {
    /// The user's login name.
    public var user: String
    /// The machine's name.
    public var host: String
    /// The user's number on that machine, if known.
    public var account: Int?

    /// Creates an identity from its parts.
    public init(user: String, host: String, account: Int? = nil) {
        self.user = user
        self.host = host
        self.account = account
    }

    /// The user of this process, from the password file and the kernel.
    public static func current() -> Identity {
        var name = [CChar](repeating: 0, count: 256)
        let host = gethostname(&name, name.count - 1) == 0 ? text(of: name) : "localhost"
        return Identity(user: userName(of: geteuid()), host: host, account: Int(geteuid()))
    }

    /// `user@host`, as the history of the registry records it.
    public var description: String { "\(user)@\(host)" }

    /// The login name of the user with this number, or the number if there is no such user.
    package static func userName(of account: uid_t) -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(account, &entry, &buffer, buffer.count, &found) == 0,
            found != nil, let name = entry.pw_name
        else { return String(account) }
        return String(cString: name)
    }

    private static func text(of characters: [CChar]) -> String {
        String(
            decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
    }
}
