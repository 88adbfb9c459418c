package import Glibc
package import NIOCore
import Platform

/// Asks the kernel for the owner of one connection; the time does not depend on the number of
/// connections.
///
/// Source: the manual page sock_diag(7).
package enum SocketDiagnosis {
    /// The kernel's answer.
    package enum Answer: Equatable {
        /// The user who owns the connection's end.
        case user(uid_t)
        /// There is no such connection, or it has no owner any more.
        case noOwner
        /// The kernel does not support the request.
        case unknown
        /// The request cannot be made now, because no descriptor is left.
        case unavailable
    }

    private static let requestSize = 72
    private static let replySize = 88

    /// The owner of the end `client` of a connection to `server`.
    package static func user(of client: SocketAddress, to server: SocketAddress) -> Answer {
        guard let request = request(client, server) else { return .unknown }
        let diagnosis: Int32 = 4
        let raw = Int32(SOCK_RAW.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(AF_NETLINK, raw, diagnosis)
        guard socket >= 0 else { return Descriptor.isShortage(errno) ? .unavailable : .unknown }
        defer { close(socket) }
        guard send(socket, request, request.count, 0) == request.count else { return .unknown }
        var reply = [UInt8](repeating: 0, count: 4096)
        let count = recv(socket, &reply, reply.count, 0)
        return read(Array(reply.prefix(max(0, count))))
    }

    /// The request in the kernel's form: a message header, the kind of request, and the connection.
    private static func request(_ client: SocketAddress, _ server: SocketAddress) -> [UInt8]? {
        guard let from = Endpoint(client), let to = Endpoint(server), from.family == to.family
        else { return nil }
        let byFamily: UInt16 = 20
        let isRequest: UInt16 = 1
        var bytes: [UInt8] = []
        append(UInt32(requestSize), to: &bytes)
        append(byFamily, to: &bytes)
        append(isRequest, to: &bytes)
        append(UInt64(0), to: &bytes)
        bytes += [from.family, UInt8(IPPROTO_TCP), 0, 0]
        append(UInt32.max, to: &bytes)
        append(from.port.bigEndian, to: &bytes)
        append(to.port.bigEndian, to: &bytes)
        bytes += from.address + to.address
        // Any interface, any cookie.
        append(UInt32(0), to: &bytes)
        append(UInt64.max, to: &bytes)
        return bytes
    }

    /// Reads the kernel's answer.
    package static func read(_ reply: [UInt8]) -> Answer {
        func number(at offset: Int) -> UInt32 {
            reply[offset..<offset + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
        }
        let (failure, byFamily): (UInt32, UInt32) = (2, 20)
        guard reply.count >= 20 else { return .unknown }
        switch number(at: 4) & 0xFFFF {
        case failure: return Int32(bitPattern: number(at: 16)) == -ENOENT ? .noOwner : .unknown
        case byFamily where reply.count >= replySize:
            let established: UInt8 = 1
            // The kernel reports root for a connection that its owner has closed.
            guard reply[17] == established, number(at: 84) != 0 else { return .noOwner }
            return .user(number(at: 80))
        default: return .unknown
        }
    }

    private static func append<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8])
    {
        withUnsafeBytes(of: number) { bytes += $0 }
    }

    /// An address in the kernel's form: in network order, padded to sixteen bytes.
    private struct Endpoint {
        let family: UInt8
        let port: UInt16
        let address: [UInt8]

        init?(_ address: SocketAddress) {
            guard let port = address.port.flatMap(UInt16.init(exactly:)) else { return nil }
            self.port = port
            guard let bytes = address.internetBytes else { return nil }
            family = UInt8(bytes.count == 4 ? AF_INET : AF_INET6)
            self.address = bytes + [UInt8](repeating: 0, count: 16 - bytes.count)
        }
    }
}
