import Foundation
import Hummingbird
import JSON
import Logging
import NIOCore
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

        /// The default configuration.
        public init() {}

        /// Whether it is reached from this machine alone.
        public var isLoopback: Bool {
            host == "localhost" || host == "::1" || host.hasPrefix("127.")
        }
    }

    /// The version of MLflow's API that is spoken; clients send traces from 3.4 on.
    static let apiVersion = "3.3.2"

    private let configuration: Configuration
    private let tracker: Tracker
    private let rules: AccessRules
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
                artifacts: try ArtifactFolder(path: workspace.layout.artifacts)
            )
        } catch {
            throw WorkspaceError(.inaccessible, WireError(error).message)
        }
        rules = AccessRules(
            tokens: tokens,
            needsToken: configuration.needsToken,
            callsPerSecond: configuration.callsPerSecond
        )
        log = workspace.logger("serve")
    }

    /// Serves until the task is cancelled, or the process is asked to end.
    ///
    /// - Parameters:
    ///   - endsOnSignals: Whether SIGINT and SIGTERM end it, for a process that does nothing else.
    ///   - started: Called with the address once it listens.
    public func run(
        endsOnSignals: Bool,
        started: @escaping @Sendable (String) -> Void
    ) async throws {
        let host = configuration.host
        var quiet = log
        // What the libraries say of single connections is of no use to anybody.
        quiet.logLevel = .error
        let application = Application(
            router: router(),
            configuration: ApplicationConfiguration(
                address: .hostname(host, port: configuration.port),
                serverName: "workbench"
            ),
            onServerRunning: { channel in
                let name = host.contains(":") ? "[\(host)]" : host
                started("http://\(name):\(channel.localAddress?.port ?? 0)")
            },
            logger: quiet
        )
        SystemMemory.keepFreedMemory()
        let threads = try WaitingThreads()
        defer { threads.close() }
        do {
            // Calls are answered on threads that may wait for a file or the database; each is
            // taken up there straight from its connection, without another thread between.
            try await withTaskExecutorPreference(threads) {
                if endsOnSignals {
                    try await application.runService()
                } else {
                    try await application.run()
                }
            }
        } catch let error as IOError {
            throw WorkspaceError(
                .inaccessible,
                "\(host):\(configuration.port) cannot be listened on: "
                    + "\(String(cString: strerror(error.errnoCode))).",
                hint: "end what uses it, or `workbench serve --port` another one"
            )
        }
    }

    private func router() -> Router<ServerContext> {
        let router = Router(context: ServerContext.self)
        router.add(middleware: RequestLog(statistics: statistics, log: log))
        for route in Route.all {
            for version in ["api/2.0", "api/3.0", "ajax-api/2.0", "ajax-api/3.0"] {
                router.on("\(version)/mlflow/\(route.path)", method: route.method) {
                    request,
                    context in
                    try await answer(route, request, context)
                }
            }
        }
        addArtifacts(to: router)
        addInformation(to: router)
        return router
    }

    /// Answers a call of the API.
    private func answer(
        _ route: Route,
        _ request: Request,
        _ context: ServerContext
    ) async throws -> Response {
        let caller = try rules.check(request, on: context.channel, need: route.need)
        var input: WireRequest
        if route.method == .get {
            input = WireRequest(query: request.query)
        } else {
            let body = try await collect(request)
            input = try WireRequest(body: body)
        }
        for (name, value) in context.parameters {
            let text = String(value)
            input.add(text.removingPercentEncoding ?? text, named: String(name))
        }
        var tracker = tracker
        if !caller.name.isEmpty { tracker.author = caller.name }
        return Response.json(try route.answer(input, tracker).bytes)
    }

    private func collect(_ request: Request) async throws -> [UInt8] {
        do {
            let body = try await request.body.collect(upTo: configuration.bodyLimit)
            return Array(body.readableBytesView)
        } catch is NIOTooManyBytesError {
            throw WireError(
                .badRequest,
                "The body is larger than \(configuration.bodyLimit) bytes. hint: log in smaller "
                    + "batches, and large things as artifacts"
            )
        }
    }
}

// MARK: - Artifacts

extension Server {
    private func addArtifacts(to router: Router<ServerContext>) {
        for version in ["api/2.0", "api/3.0", "ajax-api/2.0", "ajax-api/3.0"] {
            let folder = "\(version)/mlflow-artifacts/artifacts"
            router.on("\(folder)", method: .get) { request, context in
                try listing(request, context)
            }
            router.on("\(folder)/**", method: .get) { request, context in
                _ = try rules.check(request, on: context.channel, need: .read)
                return try send(request.artifactPath(behind: folder), request)
            }
            router.on("\(folder)/**", method: .put) { request, context in
                _ = try rules.check(request, on: context.channel, need: .write)
                let path = try request.artifactPath(behind: folder)
                let place = try tracker.artifacts.place(for: path)
                try await FileTransfer.receive(
                    request.body,
                    to: place,
                    atMost: configuration.artifactLimit
                )
                return Response.json(WireReply.empty.bytes)
            }
            router.on("\(folder)/**", method: .delete) { request, context in
                _ = try rules.check(request, on: context.channel, need: .write)
                let path = try request.artifactPath(behind: folder)
                try tracker.artifacts.remove(path)
                return Response.json(WireReply.empty.bytes)
            }
        }
        for prefix in ["", "ajax-api/2.0/mlflow/"] {
            router.on("\(prefix)get-artifact", method: .get) { request, context in
                _ = try rules.check(request, on: context.channel, need: .read)
                let input = WireRequest(query: request.query)
                let location = try tracker.store.run(input.runID(), details: []).artifactURI
                return try send(location, input.text("path"), request)
            }
            router.on("\(prefix)model-versions/get-artifact", method: .get) { request, context in
                _ = try rules.check(request, on: context.channel, need: .read)
                let input = WireRequest(query: request.query)
                let version = try tracker.registry.version(
                    input.integer("version"),
                    of: input.text("name")
                )
                return try send(version.storageLocation, input.text("path"), request)
            }
        }
    }

    private func listing(_ request: Request, _ context: ServerContext) throws -> Response {
        _ = try rules.check(request, on: context.channel, need: .read)
        let path = try WireRequest(query: request.query).optionalText("path") ?? ""
        let files = try tracker.artifacts.entries(of: path).map { ArtifactFolder.wire($0) }
        let reply: JSONValue = ["files": .array(files)]
        return Response.json(reply.bytes)
    }

    private func send(
        _ location: String,
        _ path: String,
        _ request: Request
    ) throws -> Response {
        guard let base = ArtifactLocation.path(location) else {
            throw WireError(
                .invalidParameter,
                "The artifacts lie at \(location), which this server does not read."
            )
        }
        return try send("\(base)/\(path)", request)
    }

    private func send(_ path: String, _ request: Request) throws -> Response {
        guard let file = try tracker.artifacts.existing(path) else {
            throw WireError(.doesNotExist, "There is no artifact '\(path)'.")
        }
        return try FileTransfer.send(file, range: request.headers[.range])
    }
}

// MARK: - What the server says of itself

extension Server {
    private func addInformation(to router: Router<ServerContext>) {
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
        router.get("metrics") { request, context in
            _ = try rules.check(request, on: context.channel, need: .read)
            let runs = try RunGauges(tracker.store).text
            var response = Response.text(statistics.text + runs)
            response.headers[.contentType] = "text/plain; version=0.0.4; charset=utf-8"
            return response
        }
    }
}
