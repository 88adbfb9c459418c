import Foundation
import NIOCore
import NIOPosix
import Platform
import Synchronization

/// The listening socket.
enum Listener {
    /// The maximum time of a name lookup; a machine knows its own names.
    private static let longestLookup = TimeAmount.milliseconds(700)

    /// The address of a host and port.
    ///
    /// - Throws: ``ServerError`` for an unknown host.
    static func address(host: String, port: Int) async throws(ServerError) -> SocketAddress {
        guard !host.isEmpty else {
            throw ServerError(
                .invalidParameter,
                "The address to listen on is empty.",
                hint: "leave out --host for this machine only, or give one of its addresses"
            )
        }
        if let numeric = try? SocketAddress(ipAddress: host, port: port) { return numeric }
        do {
            return try await lookUp(host, port)
        } catch let error as ServerError {
            throw error
        } catch {
            throw ServerError(.internalError, "\(error)")
        }
    }

    /// Looks a name up on its own thread, because that may take long and cannot be cancelled.
    private static func lookUp(_ host: String, _ port: Int) async throws -> SocketAddress {
        let unknown = ServerError(
            .inaccessible,
            "No address is known for the host \(host.prefix(200)).",
            hint: "give --host an address of this machine, or 0.0.0.0 for all of them"
        )
        return try await withCheckedThrowingContinuation { continuation in
            let answer = OneAnswer(continuation)
            do {
                _ = try ServiceThread(name: "wb-lookup") {
                    let found = try? SocketAddress.makeAddressResolvingHost(host, port: port)
                    answer.give(found.map { .success($0) } ?? .failure(unknown))
                }
            } catch {
                answer.give(.failure(error))
            }
            MultiThreadedEventLoopGroup.singleton.any().scheduleTask(in: longestLookup) {
                answer.give(.failure(unknown))
            }
        }
    }

    /// The error for an address that cannot be listened on.
    static func failure(_ error: any Error, host: String, port: Int) -> ServerError {
        let place = "\(host.contains(":") ? "[\(host)]" : host):\(port)"
        guard let error = error as? IOError else {
            return ServerError(.inaccessible, "\(place) cannot be listened on: \(error).")
        }
        let hint =
            switch error.errnoCode {
            case EADDRINUSE:
                "end the program that uses it, or use `workbench serve --port` with another one"
            case EADDRNOTAVAIL: "give --host an address of this machine"
            case EACCES, EPERM: "ports below 1024 belong to the system; give --port a higher one"
            default: "give --host and --port another address"
            }
        let reason = systemMessage(error.errnoCode)
        return ServerError(
            .inaccessible,
            "\(place) cannot be listened on: \(reason).",
            hint: hint
        )
    }
}

/// A continuation that the first of several results resumes.
private final class OneAnswer: Sendable {
    private typealias Continuation = CheckedContinuation<SocketAddress, any Error>

    private let continuation: Mutex<Continuation?>

    init(_ continuation: CheckedContinuation<SocketAddress, any Error>) {
        self.continuation = Mutex(continuation)
    }

    func give(_ result: Result<SocketAddress, any Error>) {
        let waiting = continuation.withLock { continuation in
            defer { continuation = nil }
            return continuation
        }
        waiting?.resume(with: result)
    }
}
