import Foundation
import Glibc

/// A client's connection, without a library; every wait ends after some seconds.
///
/// `@unchecked` because a test uses it from one task at a time.
package final class TestConnection: @unchecked Sendable {
    package struct Answer: Sendable {
        package var status = 0
        package var headers: [String: String] = [:]
        package var body = ""
    }

    package struct Failure: Error { package let what: String }

    private let socket: Int32
    private var received: [UInt8] = []

    package init(_ port: Int) throws {
        socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(
            socket,
            SOL_SOCKET,
            SO_RCVTIMEO,
            &limit,
            socklen_t(MemoryLayout<timeval>.size)
        )
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(0x7F00_0001).bigEndian
        let status = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw Failure(what: "no connection") }
    }

    deinit { close(socket) }

    package func send(_ text: String) throws {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { throw Failure(what: "cannot send") }
            rest = rest.dropFirst(count)
        }
    }

    /// Closes the sending side; answers can still be read.
    package func endSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Whether the server has closed its side, after everything was read.
    package func isClosed() throws -> Bool {
        guard received.isEmpty else { return false }
        return try receive() == false
    }

    /// Reads one answer, including an interim one.
    package func answer(hasBody: Bool = true) throws -> Answer {
        var answer = Answer()
        let head = try text(until: "\r\n\r\n")
        let lines = head.components(separatedBy: "\r\n")
        answer.status = Int(lines[0].split(separator: " ")[1]) ?? 0
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2 else { continue }
            answer.headers[parts[0].lowercased()] =
                parts[1].trimmingCharacters(in: .whitespaces)
        }
        let length = Int(answer.headers["content-length"] ?? "0") ?? 0
        guard hasBody, answer.status >= 200 else { return answer }
        while received.count < length {
            guard try receive() else { throw Failure(what: "cut short") }
        }
        answer.body = String(decoding: received.prefix(length), as: UTF8.self)
        received.removeFirst(length)
        return answer
    }

    /// Reads up to a text, which is consumed but not returned.
    package func text(until end: String) throws -> String {
        while true {
            let text = String(decoding: received, as: UTF8.self)
            if let range = text.range(of: end) {
                received.removeFirst(text[..<range.upperBound].utf8.count)
                return String(text[..<range.lowerBound])
            }
            guard try receive() else { throw Failure(what: "closed without an answer") }
        }
    }

    /// Reads more; false at the end.
    private func receive() throws -> Bool {
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count < 0, errno == ECONNRESET { return false }
        guard count >= 0 else { throw Failure(what: "nothing came") }
        received += buffer[..<count]
        return count > 0
    }
}
