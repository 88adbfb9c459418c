import Glibc
import Platform

/// A web server that answers with given texts, one connection after another, and keeps the requests.
final class TinyServer: Sendable {
    struct Failure: Error {}

    let port: Int
    private let listener: Int32
    private let received = Guarded<[String]>([])

    /// The requests so far.
    var requests: [String] { received.withLock { $0 } }
    var address: String { "http://127.0.0.1:\(port)" }

    /// Starts it; it ends after the last answer.
    ///
    /// - Parameters:
    ///   - answers: Status lines with header fields and bodies; nil closes the connection.
    ///   - readsAll: Whether it waits for whole requests, or answers the first bytes, whatever they are.
    init(_ answers: [String?], readsAll: Bool = true) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (isBound, isNamed) = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                (bind(listener, $0, size) == 0, getsockname(listener, $0, &size) == 0)
            }
        }
        guard isBound, isNamed, listen(listener, 8) == 0 else { throw Failure() }
        port = Int(UInt16(bigEndian: address.sin_port))
        let received = received
        _ = try ServiceThread(name: "tiny-server") {
            for answer in answers {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                let request = Self.read(from: connection, readsAll)
                received.withLock { $0.append(request) }
                if let answer {
                    _ = DescriptorWriter.write(Array("HTTP/1.1 \(answer)".utf8), to: connection)
                }
                close(connection)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// A whole request, by its Content-Length.
    private static func read(from connection: Int32, _ readsAll: Bool) -> String {
        var text = ""
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = recv(connection, &buffer, buffer.count, 0)
            guard count > 0 else { return text }
            text += String(decoding: buffer[..<count], as: UTF8.self)
            guard readsAll else { return text }
            guard let end = text.firstRange(of: "\r\n\r\n") else { continue }
            let length = text.lowercased().split(separator: "content-length: ").dropFirst().first
                .flatMap { Int($0.prefix { $0.isNumber }) }
            if text[end.upperBound...].utf8.count >= length ?? 0 { return text }
        }
    }
}
