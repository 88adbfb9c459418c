import Glibc

/// Who does something: a user on a machine.
public struct Identity: Sendable, Hashable, CustomStringConvertible {
    /// The user's login name.
    public var user: String
    /// The machine's name.
    public var host: String

    /// Makes an identity from its parts.
    public init(user: String, host: String) {
        self.user = user
        self.host = host
    }

    /// Whom this process runs for, from the password file and the kernel.
    public static func current() -> Identity {
        var name = [CChar](repeating: 0, count: 256)
        let host = gethostname(&name, name.count - 1) == 0 ? text(of: name) : "localhost"
        return Identity(user: userName(), host: host)
    }

    /// `user@host`, as the history of the registry records it.
    public var description: String { "\(user)@\(host)" }

    private static func userName() -> String {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16_384)
        guard getpwuid_r(geteuid(), &entry, &buffer, buffer.count, &found) == 0,
            found != nil, let name = entry.pw_name
        else { return String(geteuid()) }
        return String(cString: name)
    }

    private static func text(of characters: [CChar]) -> String {
        String(
            decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)),
            as: UTF8.self
        )
    }
}
