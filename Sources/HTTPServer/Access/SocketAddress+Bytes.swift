import NIOCore

extension SocketAddress {
    /// The four or sixteen bytes of an internet address, in network order; nil for other addresses.
    ///
    /// They are read by their offsets in `sockaddr_in` and `sockaddr_in6`, because the module of those
    /// members depends on the order of imports.
    var internetBytes: [UInt8]? {
        switch self {
        case .v4(let v4): withUnsafeBytes(of: v4.address) { Array($0[4..<8]) }
        case .v6(let v6): withUnsafeBytes(of: v6.address) { Array($0[8..<24]) }
        default: nil
        }
    }
}
