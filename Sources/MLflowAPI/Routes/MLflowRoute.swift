import HTTPServer
import JSON

/// One row of the table of MLflow's REST API.
struct MLflowRoute: Sendable {
    /// The addresses of a route: MLflow gives each several.
    enum Place: Sendable {
        /// Below `mlflow/` of all versions of the API.
        case api
        /// Below `mlflow/` of version 3.0.
        case newestAPI
        /// Next to `mlflow/` of all versions of the API.
        case versions
        /// At the root only.
        case root
        /// At the root, and at the address that MLflow's pages use.
        case pages

        private static let all = ["api/2.0/", "api/3.0/", "ajax-api/2.0/", "ajax-api/3.0/"]

        var prefixes: [String] {
            switch self {
            case .api: Self.all.map { $0 + "mlflow/" }
            case .newestAPI: ["api/3.0/mlflow/", "ajax-api/3.0/mlflow/"]
            case .versions: Self.all
            case .root: [""]
            case .pages: ["", "ajax-api/2.0/mlflow/"]
            }
        }
    }

    /// Answers a call from its parameters with JSON.
    typealias Answer = @Sendable (WireRequest, Services) throws -> JSONValue

    let method: Route.Method
    let place: Place
    /// The path below the place's prefixes; names in braces are parameters.
    let path: String
    /// The role that a caller needs; nil for a public route.
    let role: TokenFile.Role?
    /// Whether it writes to the database, and so waits for its writer.
    let writes: Bool
    /// Answers the call, on a thread that may block.
    let answer: @Sendable (Call, Services) async throws -> Reply

    /// All routes.
    static let all =
        experiments + datasets + runs + metrics + artifacts + loggedModels + registeredModels
        + modelVersions + traces + files + information

    /// The route at each of its addresses.
    func routes(_ services: Services) -> [Route] {
        place.prefixes.map { prefix in
            Route(method, prefix + path, role: role) { call in
                try await answer(call, services.called(by: call.caller))
            }
        }
    }
}

// MARK: - Rows

extension MLflowRoute {
    /// A row whose answer is JSON.
    private init(
        _ method: Route.Method,
        _ path: String,
        _ place: Place,
        _ role: TokenFile.Role,
        _ answer: @escaping Answer
    ) {
        let writes = role == .write
        self.init(method: method, place: place, path: path, role: role, writes: writes) {
            call,
            services in
            let request = try await WireRequest(call)
            guard writes else { return .json(try answer(request, services)) }
            let scope = RunScope(call.caller, services)
            return try await call.writing {
                try scope?.check(request, path, method)
                return .json(try answer(request, services))
            }
        }
    }

    /// A read.
    static func get(
        _ path: String,
        at place: Place = .api,
        _ answer: @escaping Answer
    ) -> MLflowRoute {
        MLflowRoute(.get, path, place, .read, answer)
    }

    /// A read whose parameters are too long for a query.
    static func search(_ path: String, _ answer: @escaping Answer) -> MLflowRoute {
        MLflowRoute(.post, path, .api, .read, answer)
    }

    /// A change.
    static func post(_ path: String, _ answer: @escaping Answer) -> MLflowRoute {
        MLflowRoute(.post, path, .api, .write, answer)
    }

    /// A change of an existing thing.
    static func patch(_ path: String, _ answer: @escaping Answer) -> MLflowRoute {
        MLflowRoute(.patch, path, .api, .write, answer)
    }

    /// A removal.
    static func delete(_ path: String, _ answer: @escaping Answer) -> MLflowRoute {
        MLflowRoute(.delete, path, .api, .write, answer)
    }

    /// A row that sees the whole call, for files and pages.
    static func call(
        _ method: Route.Method,
        _ path: String,
        at place: Place,
        role: TokenFile.Role?,
        _ answer: @escaping @Sendable (Call, Services) async throws -> Reply
    ) -> MLflowRoute {
        MLflowRoute(
            method: method,
            place: place,
            path: path,
            role: role,
            writes: false
        ) { call, services in
            if role == .write { try RunScope(call.caller, services)?.check(call, method) }
            return try await answer(call, services)
        }
    }
}
