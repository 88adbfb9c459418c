import Foundation
import Hummingbird
package import Logging
import NIOCore
import NIOPosix
import Platform

/// An HTTP server of one or more APIs on one port.
package struct Server: Sendable {
    /// How it is reached, and its limits.
    package struct Configuration: Sendable {
        /// The address to listen on.
        package var host = "127.0.0.1"
        /// The port; 0 for any that is free.
        package var port = 5000
        /// Whether processes of the same user on this machine need a token, too.
        package var needsToken = false
        /// How many calls each token may make in a second.
        package var callsPerSecond = 500
        /// The largest body of a call that is kept in memory, in bytes.
        package var bodyLimit = 8 << 20
        /// The largest file, in bytes.
        package var fileLimit = 1 << 40
        /// How many seconds running calls may take once the server is asked to end.
        package var grace = 3.0
        /// The most connections at a time; nil for as many as the system allows.
        package var connectionLimit: Int?

        /// The default configuration.
        package init() {}

        /// Whether it is reached from this machine alone.
        package var isLoopback: Bool {
            // A name may begin with anything: only an address says where it is reached.
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
    /// - Parameter apis: At least one; the first answers where no route fits.
    /// - Throws: ``ServerError`` where it could be reached from elsewhere and nobody has a token.
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
                    ? "Everybody needs a token, and nobody has one."
                    : "\(configuration.host) can be reached from other machines, and nobody has a token.",
                hint: "make one with `workbench serve tokens add NAME --role write`"
            )
        }
        self.configuration = configuration
        self.apis = apis
        self.log = log
        rules = AccessRules(
            tokens: tokens,
            needsToken: configuration.needsToken,
            callsPerSecond: configuration.callsPerSecond
        )
    }

    /// Serves until the task is cancelled.
    ///
    /// Then it takes no more connections, closes idle ones, and gives running calls some seconds.
    ///
    /// - Parameter started: Called with the address once it listens.
    /// - Throws: ``ServerError`` where it cannot listen.
    package func run(started: @escaping @Sendable (String) -> Void) async throws {
        let budget = try DescriptorBudget()
        // Calls are answered on threads that may block on a file or the database. A call goes there
        // straight from its connection, without another thread in between. What writes to the
        // database has threads of its own: however many calls wait for it, others are answered.
        let threads = try WaitingThreads(name: "wb-serve", maximum: 12)
        defer { threads.close() }
        let writers = try WaitingThreads(name: "wb-write", maximum: 4)
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
