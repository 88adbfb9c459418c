import Foundation
import Hummingbird
import JSON
import Logging
import NIOCore
import NIOPosix
import Registry
import Tracking
public import Workspace

/// The workspace over HTTP: MLflow's REST API for tracking, models and artifacts.
public struct Server: Sendable {
    /// How it is reached.
    public struct Configuration: Sendable {
        /// The address to listen on.
        public var host = "127.0.0.1"
        /// The port; 0 for any that is free.
        public var port = 5000
        /// Whether processes of the same user on this machine need a token, too.
        public var needsToken = false
        /// How many calls each token may make in a second.
        public var callsPerSecond = 500
        /// The largest body of a call, in bytes.
        public var bodyLimit = 8 << 20
        /// The largest artifact, in bytes.
        public var artifactLimit = 1 << 40
        /// How many seconds calls that are under way may take when it is asked to end.
        public var grace = 3.0
        /// The most connections at a time; nil for as many as the system allows.
        public var connectionLimit: Int?

        /// The default configuration.
        public init() {}

        /// Whether it is reached from this machine alone.
        public var isLoopback: Bool {
            // A name may begin with anything: only an address says where it is reached.
            guard let address = try? SocketAddress(ipAddress: host, port: port) else {
                return host.lowercased() == "localhost"
            }
            return AccessRules.isLoopback(address)
        }
    }

    /// The version of MLflow's API that is spoken; clients send traces from 3.4 on.
    static let apiVersion = "3.3.2"

    let configuration: Configuration
    let tracker: Tracker
    let rules: AccessRules
    private let tokenPath: String
    private let statistics = ServerStatistics()
    private let log: Logger

    /// Prepares a server of a workspace.
    ///
    /// - Throws: `WorkspaceError` where it could be reached from elsewhere and nobody has a token.
    public init(_ workspace: Workspace, tokens: TokenFile, configuration: Configuration) throws {
        let isOpen = configuration.isLoopback && !configuration.needsToken
        guard isOpen || !tokens.entries.isEmpty else {
            throw WorkspaceError(
                .invalid,
                configuration.isLoopback
                    ? "Everybody needs a token, and nobody has one."
                    : "\(configuration.host) can be reached from other machines, and nobody has a token.",
                hint: "make one with `workbench serve tokens add NAME --role write`"
            )
        }
        self.configuration = configuration
        do {
            tracker = Tracker(
                store: workspace.tracking,
                registry: workspace.modelRegistry,
                rules: workspace.rules,
                artifacts: try ArtifactFolder(path: workspace.layout.artifacts)
            )
        } catch {
            throw WorkspaceError(.inaccessible, WireError(error).message)
        }
        tokenPath = tokens.path
        rules = AccessRules(
            tokens: tokens,
            needsToken: configuration.needsToken,
            callsPerSecond: configuration.callsPerSecond
        )
        log = workspace.logger("serve")
    }

    /// Serves until the task is cancelled.
    ///
    /// Then no connection is taken any more, idle ones are closed, and calls that are under way
    /// have some seconds left.
    ///
    /// - Parameter started: Called with the address once it listens.
    /// - Throws: `WorkspaceError` where it cannot listen.
    public func run(started: @escaping @Sendable (String) -> Void) async throws {
        let budget = try DescriptorBudget()
        // Calls are answered on threads that may wait for a file or the database; each is taken up
        // there straight from its connection, without another thread between. What writes to the
        // database has threads of its own: however many calls wait for it, others are answered.
        let threads = try WaitingThreads(name: "wb-serve", most: 12)
        defer { threads.close() }
        let writers = try WaitingThreads(name: "wb-write", most: 4)
        defer { writers.close() }
        let connections = OpenConnections(
            limit: configuration.connectionLimit ?? budget.connections
        )
        try await withTaskExecutorPreference(threads) {
            // What a server left there that was killed.
            tracker.artifacts.uploads.clear()
            SystemMemory.keepFreedMemory()
            let listener = try await listen(connections, threads, responder(writers))
            started(address(of: listener))
            await withTaskCancellationHandler {
                try? await listener.closeFuture.get()
            } onCancel: {
                listener.close(promise: nil)
            }
            let grace = TimeAmount.milliseconds(Int64(configuration.grace * 1000))
            await connections.end(within: grace, on: listener.eventLoop)
            tracker.artifacts.uploads.clear()
        }
    }

    private func listen(
        _ connections: OpenConnections,
        _ threads: WaitingThreads,
        _ responder: @escaping Connection.Responder
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

    /// What answers calls.
    private func responder(_ writers: WaitingThreads) -> Connection.Responder {
        let responder = router(writers).buildResponder()
        var quiet = log
        // What the router says of single calls is of no use to anybody.
        quiet.logLevel = .error
        let logger = quiet
        return { request, channel in
            let source = ApplicationRequestContextSource(channel: channel, logger: logger)
            do {
                return try await responder.respond(to: request, context: .init(source: source))
            } catch {
                return Response(WireError(error))
            }
        }
    }

    private func router(_ writers: WaitingThreads) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(middleware: RequestLog(statistics: statistics, log: log))
        for route in Route.all {
            for version in ["api/2.0", "api/3.0", "ajax-api/2.0", "ajax-api/3.0"] {
                router.on("\(version)/mlflow/\(route.path)", method: route.method) {
                    request,
                    context in
                    try await answer(route, request, context, writers)
                }
            }
        }
        addArtifacts(to: router)
        addPageArtifacts(to: router)
        addInformation(to: router)
        return router
    }

    /// Answers a call of the API.
    private func answer(
        _ route: Route,
        _ request: Request,
        _ context: ServerContext,
        _ writers: WaitingThreads
    ) async throws -> Response {
        let caller = try rules.check(request, on: context.channel, need: route.need)
        var input = try await parameters(of: request)
        for (name, value) in context.parameters {
            let text = String(value)
            input.add(text.removingPercentEncoding ?? text, named: String(name))
        }
        var tracker = tracker
        if !caller.name.isEmpty { tracker.author = .token(caller.name, of: tokenPath) }
        guard route.need == .write else {
            return Response.json(try route.answer(input, tracker).bytes)
        }
        let (call, answering) = (input, tracker)
        return try await withTaskExecutorPreference(writers) {
            Response.json(try route.answer(call, answering).bytes)
        }
    }

    /// The parameters of a call; a question without a query may have them in its body, as some of
    /// MLflow's clients ask.
    func parameters(of request: Request) async throws -> WireRequest {
        if [.get, .head].contains(request.method), request.uri.query?.isEmpty == false {
            return WireRequest(query: request.query)
        }
        return try WireRequest(body: await collect(request))
    }

    private func collect(_ request: Request) async throws -> [UInt8] {
        let tooLarge = WireError(
            .tooLarge,
            "The body is larger than \(configuration.bodyLimit) bytes. hint: log in smaller "
                + "batches, and large things as artifacts"
        )
        // One that is announced need not be sent.
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= configuration.bodyLimit else { throw tooLarge }
        do {
            let body = try await request.body.collect(upTo: configuration.bodyLimit)
            return Array(body.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw tooLarge
        }
    }
}

// MARK: - What the server says of itself

extension Server {
    private func addInformation(to router: Router<ServerContext>) {
        router.get("/") { request, context in
            _ = try rules.check(request, on: context.channel, need: .read)
            return try RunsPage(tracker.store).response
        }
        router.get("health") { _, _ in Response.text("OK") }
        router.get("version") { _, _ in Response.text(Self.apiVersion) }
        for prefix in ["api/3.0", "ajax-api/3.0"] {
            router.on("\(prefix)/mlflow/server-info", method: .get) { _, _ in
                let information: JSONValue = [
                    "store_type": "SqlStore", "workspaces_enabled": false,
                    "multipart_uploads_enabled": false, "multipart_downloads_enabled": false,
                    "artifacts_presigned_only": false,
                ]
                return Response.json(information.bytes)
            }
        }
        router.post("v1/traces") { request, context -> Response in
            _ = try rules.check(request, on: context.channel, need: .write)
            throw WireError(
                .notImplemented,
                "REST OTLP span logging is not supported; traces come by api/3.0/mlflow/traces."
            )
        }
        router.get("metrics") { request, context in
            _ = try rules.check(request, on: context.channel, need: .read)
            let runs = try RunGauges(tracker.store).text
            var response = Response.text(statistics.text + runs)
            response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
            return response
        }
    }
}
