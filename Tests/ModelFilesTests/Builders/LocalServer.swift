import Foundation
import Glibc
import Synchronization

/// A local web server whose answers a test determines.
final class LocalServer: Sendable {
    struct Request: Sendable {
        let path: String
        /// By name in lower case.
        let headers: [String: String]
    }

    enum Answer: Sendable {
        /// A response in wire format, after which the connection is closed.
        case bytes([UInt8])
        /// The same, but then the connection stays open and silent.
        case bytesThenSilence([UInt8])
    }

    let address: String
    private let listener: Int32
    private let received = Mutex<[Request]>([])
    private let silent = Mutex<[Int32]>([])

    /// All requests so far.
    var requests: [Request] { received.withLock { $0 } }

    /// Starts to answer; `answer` also receives the index of the request.
    init(_ answer: @escaping @Sendable (Request, Int) -> Answer) throws {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_addr.s_addr = UInt32(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let port = withUnsafeMutableBytes(of: &place) { bytes -> UInt16 in
            let pointer = bytes.assumingMemoryBound(to: sockaddr.self).baseAddress
            guard bind(listener, pointer, length) == 0, listen(listener, 16) == 0,
                getsockname(listener, pointer, &length) == 0
            else { return 0 }
            return UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
        }
        guard port != 0 else { throw POSIXError(.EADDRNOTAVAIL) }
        self.listener = listener
        address = "http://127.0.0.1:\(port)"
        Thread.detachNewThread { [weak self] in
            // The descriptor is closed only here: no other connection may reuse it during this
            // wait.
            defer { close(listener) }
            while true {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                guard let self else {
                    close(connection)
                    return
                }
                self.serve(connection, answer)
            }
        }
    }

    deinit {
        shutdown(listener, Int32(SHUT_RDWR))
        for connection in silent.withLock({ $0 }) { close(connection) }
    }

    private func serve(_ connection: Int32, _ answer: (Request, Int) -> Answer) {
        var head: [UInt8] = []
        var byte: UInt8 = 0
        while !head.suffix(4).elementsEqual("\r\n\r\n".utf8) {
            guard read(connection, &byte, 1) == 1 else {
                close(connection)
                return
            }
            head.append(byte)
        }
        let lines = String(decoding: head, as: UTF8.self).components(separatedBy: "\r\n")
        let headers = lines.dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (line[..<colon].lowercased(), value)
        }
        let request = Request(
            path: String(lines[0].split(separator: " ")[1]),
            headers: Dictionary(headers) { $1 }
        )
        let number = received.withLock { received in
            received.append(request)
            return received.count - 1
        }
        switch answer(request, number) {
        case .bytes(let bytes):
            send(bytes, to: connection)
            close(connection)
        case .bytesThenSilence(let bytes):
            send(bytes, to: connection)
            silent.withLock { $0.append(connection) }
        }
    }

    private func send(_ bytes: [UInt8], to connection: Int32) {
        var done = 0
        while done < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(
                    connection,
                    $0.baseAddress.map { $0 + done },
                    bytes.count - done,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard count > 0 else { return }
            done += count
        }
    }
}

extension LocalServer {
    /// The bytes of a response; its body may be shorter than its length says.
    static func response(
        _ status: String,
        _ headers: [String: String] = [:],
        body: some Collection<UInt8> = [],
        cutAfter limit: Int = .max
    ) -> [UInt8] {
        var head = "HTTP/1.1 \(status)\r\nContent-Length: \(body.count)\r\nConnection: close\r\n"
        for header in headers { head += "\(header.key): \(header.value)\r\n" }
        return Array((head + "\r\n").utf8) + body.prefix(limit)
    }

    /// The answer of a correct server: the file, or the requested part of it.
    static func file(
        _ bytes: [UInt8],
        for request: Request,
        cutAfter limit: Int = .max
    ) -> [UInt8] {
        guard let range = request.headers["range"]?.dropFirst("bytes=".count).split(separator: "-"),
            let start = range.first.flatMap({ Int($0) }), start < bytes.count
        else { return response("200 OK", body: bytes, cutAfter: limit) }
        let last = range.count > 1 ? Int(range[1]) ?? bytes.count - 1 : bytes.count - 1
        let place = "bytes \(start)-\(last)/\(bytes.count)"
        return response(
            "206 Partial Content",
            ["Content-Range": place],
            body: bytes[start...last],
            cutAfter: limit
        )
    }
}
