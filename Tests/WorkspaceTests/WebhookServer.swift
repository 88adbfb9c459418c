import Glibc
import Platform

/// A server on this machine that answers each request with the next status and keeps what it got.
///
/// One without statuses never answers.
final class WebhookServer: Sendable {
    struct State {
        var statuses: [Int]
        var requests: [String] = []
    }

    let state: Guarded<State>
    let address: String
    private let descriptor: Int32
    private let thread: ServiceThread

    init(_ statuses: [Int]) throws {
        let state = Guarded(State(statuses: statuses))
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = listen(listener, 8)
                _ = getsockname(listener, $0, &length)
            }
        }
        self.state = state
        descriptor = listener
        address = "http://127.0.0.1:\(UInt16(bigEndian: name.sin_port))/hook"
        thread = try ServiceThread(name: "test-hook") {
            while !statuses.isEmpty {
                let connection = accept(listener, nil, nil)
                guard connection >= 0 else { return }
                Self.answer(connection, state)
                close(connection)
            }
        }
    }

    deinit {
        shutdown(descriptor, Int32(SHUT_RDWR))
        close(descriptor)
        thread.join()
    }

    private static func answer(_ connection: Int32, _ state: Guarded<State>) {
        var request: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !isComplete(request) {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            request += buffer[..<count]
        }
        let status = state.withLock { state in
            state.requests.append(String(decoding: request, as: UTF8.self))
            return state.statuses.count > 1 ? state.statuses.removeFirst() : state.statuses[0]
        }
        let text = "HTTP/1.1 \(status) X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        _ = write(connection, text, text.utf8.count)
    }

    private static func isComplete(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: bytes, as: UTF8.self)
        guard let head = text.firstRange(of: "\r\n\r\n") else { return false }
        let field = text[..<head.lowerBound].split(separator: "\r\n").first {
            $0.lowercased().hasPrefix("content-length:")
        }
        let length = field.flatMap { Int($0.split(separator: " ").last ?? "") } ?? 0
        return text[head.upperBound...].utf8.count >= length
    }

    /// The requests so far.
    var requests: [String] { state.withLock { $0.requests } }
}
