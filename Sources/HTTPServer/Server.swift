import Foundation
import Hummingbird
package import Logging
import NIOCore
import NIOPosix
import Platform

/// An HTTP server of one or more APIs on one port.
package struct Server: Sendable {
    /// Its address and limits.
    package struct Configuration: Sendable {
        /// The address to listen on.
        package var host = "127.0.0.1"
        /// The port; 0 for any free one.
        package var port = 5000
        /// Whether processes of the same user on this machine need a token, too.
        package var needsToken = false
        /// The maximum number of calls per second and token.
        package var callsPerSecond = 500
        /// The maximum size of a body that is kept in memory, in bytes.
        package var bodyLimit = 8 << 20
        /// The maximum size of a file, in bytes.
        package var fileLimit = 1 << 40
        /// The seconds that running calls may take when the server ends.
        package var grace = 3.0
        /// The maximum number of connections; nil for as many as the system allows.
        package var connectionLimit: Int?
        /// Further tokens, of programs that this process has started.
        package var runTokens: RunTokens?

        /// The default configuration.
        package init() {}

        /// Whether it can be reached from this machine only.
        package var isLoopback: Bool {
            // Only for addresses: a name may resolve to anything.
            guard let address = try? SocketAddress(ipAddress: host, port: port) else {
                return host.lowercased() == "localhost"
            }
            return AccessRules.isLoopback(address)
        }
    }

    let configuration: Configuration
    let apis: [API]
    let rules: AccessRules
    let statistics = ServerStatistics()
    let log: Logger

    /// Prepares a server.
    ///
    /// - Parameter apis: At least one; the first answers calls without a route.
    /// - Throws: ``ServerError`` if tokens are required and there is none.
    package init(
        _ apis: [API],
        tokens: TokenFile,
        configuration: Configuration,
        log: Logger
    ) throws(ServerError) {
        precondition(!apis.isEmpty, "A server needs an API.")
        let isOpen = configuration.isLoopback && !configuration.needsToken
        guard isOpen || !tokens.entries.isEmpty else {
            throw ServerError(
                .invalidParameter,
                configuration.isLoopback
                    ? "Every client needs a token, and there is none."
                    : "\(configuration.host) can be reached from other machines, and there is no token.",
                hint: "make one with `workbench serve tokens add NAME --role write`"
            )
        }
        self.configuration = configuration
        self.apis = apis
        self.log = log
        rules = AccessRules(
            tokens: tokens,
            needsToken: configuration.needsToken,
            callsPerSecond: configuration.callsPerSecond,
            runTokens: configuration.runTokens
        )
    }

    /// Serves until the task is cancelled.
    ///
    /// Then it accepts no more connections, closes idle ones, and gives running calls some seconds.
    ///
    /// - Parameter started: Called with the address once it listens.
    /// - Throws: ``ServerError`` if it cannot listen.
    package func run(started: @escaping @Sendable (String) -> Void) async throws {
        let budget = try DescriptorBudget()
        // Calls are answered on threads that may block on a file or the database, without another
        // thread between them and the connection.
        let threads = try WaitingThreads(name: "wb-serve", maximum: 16)
        defer { threads.close() }
        let writers = try WritingThreads()
        defer { writers.close() }
        let connections = OpenConnections(
            limit: configuration.connectionLimit ?? budget.connections
        )
        try await withTaskExecutorPreference(threads) {
            for api in apis { api.tidy() }
            let listener = try await listen(connections, threads, responder(writers))
            started(address(of: listener))
            await withTaskCancellationHandler {
                try? await listener.closeFuture.get()
            } onCancel: {
                listener.close(promise: nil)
            }
            let grace = TimeAmount.milliseconds(Int64(configuration.grace * 1000))
            await connections.end(within: grace, on: listener.eventLoop)
            for api in apis { api.tidy() }
        }
    }

    private func listen(
        _ connections: OpenConnections,
        _ threads: WaitingThreads,
        _ responder: Connection.Responder
    ) async throws -> any Channel {
        let (host, port) = (configuration.host, configuration.port)
        let address = try await Listener.address(host: host, port: port)
        let bootstrap = ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(AcceptPause())
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try Connection.begin(on: channel, among: connections, threads, responder)
                }
            }
        do { return try await bootstrap.bind(to: address).get() } catch {
            throw Listener.failure(error, host: host, port: port)
        }
    }

    private func address(of listener: any Channel) -> String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "http://\(host):\(listener.localAddress?.port ?? configuration.port)"
    }
}
