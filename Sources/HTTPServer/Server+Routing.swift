import HTTPTypes
import Hummingbird
import Logging

extension Server {
    /// The responder that answers calls.
    func responder(_ writers: WritingThreads) -> Connection.Responder {
        let responder = router(writers).buildResponder()
        var quiet = log
        // The router's messages about single calls are not logged.
        quiet.logLevel = .error
        let logger = quiet
        let failures = FailureReply(api: apis[0], log: log)
        return Connection.Responder { request, channel in
            let source = ApplicationRequestContextSource(channel: channel, logger: logger)
            do {
                return try await responder.respond(to: request, context: .init(source: source))
            } catch {
                return failures.response(to: error, request)
            }
        } refuse: { error in
            apis[0].errorReply(error).response
        }
    }

    private func router(_ writers: WritingThreads) -> Router<ServerContext> {
        let router = Router(context: ServerContext.self, options: .autoGenerateHeadEndpoints)
        router.add(
            middleware: RequestLog(
                statistics: statistics,
                failures: FailureReply(api: apis[0], log: log),
                log: log
            )
        )
        let shared = Call.Shared(configuration: configuration, writers: writers) {
            try statistics.text + apis.map { try $0.metrics() }.joined()
        }
        for api in apis {
            let failures = FailureReply(api: api, log: log)
            for route in api.routes {
                router.on("\(route.path)", method: .init(route.method)) { request, context in
                    do {
                        return try await answer(route, request, context, shared).response
                    } catch {
                        return failures.response(to: error, request)
                    }
                }
            }
        }
        return router
    }

    private func answer(
        _ route: Route,
        _ request: Request,
        _ context: ServerContext,
        _ shared: Call.Shared
    ) async throws -> Reply {
        let caller = try route.role.map { role in
            try rules.check(request, on: context.channel, role: role)
        }
        return try await route.answer(Call(request, context, by: caller, of: route, shared))
    }
}

extension HTTPRequest.Method {
    fileprivate init(_ method: Route.Method) {
        self =
            switch method {
            case .get: .get
            case .post: .post
            case .put: .put
            case .patch: .patch
            case .delete: .delete
            }
    }
}
