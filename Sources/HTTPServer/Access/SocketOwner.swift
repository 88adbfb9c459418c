package import Glibc
package import NIOCore
import Platform

/// Finds the user of this machine who owns the other end of a connection.
package enum SocketOwner {
    /// The user's id; nil if it is unknown, or the connection is from another machine.
    ///
    /// Only established connections are considered: for one that its owner has closed, the system
    /// reports root.
    ///
    /// - Throws: `ServerError` if no descriptor is left for the request.
    static func user(
        of client: SocketAddress,
        connectedTo server: SocketAddress
    ) throws(ServerError) -> uid_t? {
        switch SocketDiagnosis.user(of: client, to: server) {
        case .user(let user): return user
        case .noOwner: return nil
        case .unknown: return try tabulatedUser(of: client, connectedTo: server)
        case .unavailable: throw shortage
        }
    }

    private static let shortage = ServerError(
        .unavailable,
        "The server has no file descriptor left to look up the calling process; try again later."
    )

    /// The user by the kernel's table of all connections, in time linear in their number.
    private static func tabulatedUser(
        of client: SocketAddress,
        connectedTo server: SocketAddress
    ) throws(ServerError) -> uid_t? {
        for (path, isWide) in [("/proc/net/tcp", false), ("/proc/net/tcp6", true)] {
            guard let from = spelling(client, isWide: isWide),
                let to = spelling(server, isWide: isWide)
            else { continue }
            guard let file = Descriptor.open(path) else {
                if Descriptor.isShortage(errno) { throw shortage }
                continue
            }
            guard let table = file.bytes() else { continue }
            if let user = user(in: table, from: from, to: to) { return user }
        }
        return nil
    }

    /// Finds a connection in the text of the kernel's table.
    ///
    /// The table has a line for every connection of the machine, so it is searched by bytes.
    package static func user(in table: [UInt8], from: String, to: String) -> uid_t? {
        let wanted = " \(from) \(to) 01 "
        let text = (table + [0]).map { CChar(bitPattern: $0) }
        let line: String? = text.withUnsafeBufferPointer { text in
            guard let start = text.baseAddress, let found = strstr(start, wanted) else {
                return nil
            }
            return String(cString: found + wanted.utf8.count)
        }
        // Queues, timers, retransmissions, user, timeouts, inode.
        let fields = (line ?? "").prefix { $0 != "\n" }.split(separator: " ")
        guard fields.count > 5, fields[5] != "0" else { return nil }
        return uid_t(fields[3])
    }

    /// An address and port in the form of the kernel's tables: words in the machine's byte order.
    package static func spelling(_ address: SocketAddress, isWide: Bool) -> String? {
        guard let port = address.port, var bytes = address.internetBytes else { return nil }
        if bytes.count == 4 {
            // The form of an IPv4 address on an IPv6 socket.
            if isWide { bytes = [UInt8](repeating: 0, count: 10) + [0xFF, 0xFF] + bytes }
        } else if !isWide {
            return nil
        }
        let words = stride(from: 0, to: bytes.count, by: 4).map { start in
            bytes[start..<start + 4].reversed().map { hex($0) }.joined()
        }
        return "\(words.joined()):\(hex(UInt8(port >> 8)))\(hex(UInt8(port & 0xFF)))"
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0\(digits)" : digits
    }
}
