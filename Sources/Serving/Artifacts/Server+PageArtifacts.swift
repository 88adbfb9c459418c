import Hummingbird
import JSON
import Tracking

extension Server {
    /// Adds the calls by which MLflow's pages bring and fetch files, and refuses those that a store of
    /// files does not take in words that make clients do without.
    func addPageArtifacts(to router: Router<ServerContext>) {
        for version in ["api/2.0", "api/3.0", "ajax-api/2.0", "ajax-api/3.0"] {
            for step in ["create", "complete", "abort"] {
                router.on("\(version)/mlflow-artifacts/mpu/\(step)/**", method: .post) {
                    request,
                    context -> Response in
                    _ = try rules.check(request, on: context.channel, need: .write)
                    throw WireError(
                        .notImplemented,
                        "Multipart upload is not supported for the current artifact repository"
                    )
                }
            }
            router.on("\(version)/mlflow-artifacts/presigned/**", method: .get) {
                request,
                context -> Response in
                _ = try rules.check(request, on: context.channel, need: .read)
                throw WireError(
                    .notImplemented,
                    "Multipart download is not supported for the current artifact repository"
                )
            }
            router.on("\(version)/mlflow/upload-artifact", method: .post) { request, context in
                _ = try rules.check(request, on: context.channel, need: .write)
                let input = WireRequest(query: request.query)
                guard let run = try input.name("run_uuid") ?? input.name("run_id") else {
                    throw WireError(.invalidParameter, "Request must specify run_uuid.")
                }
                guard let path = try input.name("path") else {
                    throw WireError(.invalidParameter, "Request must specify path.")
                }
                let location = try tracker.store.run(run, details: []).artifactURI
                guard request.hasBody else {
                    throw WireError(.invalidParameter, "Request must specify data.")
                }
                try await receive(
                    request,
                    at: ArtifactPath("\(ArtifactLocation.served(location))/\(path)")
                )
                return Response.json(WireReply.empty.bytes)
            }
            router.on(
                "\(version)/mlflow/logged-models/{model_id}/artifacts/files",
                method: .get
            ) { request, context in
                _ = try rules.check(request, on: context.channel, need: .read)
                let id = try context.parameters.require("model_id")
                let location = try tracker.store.loggedModel(id).artifactLocation
                return try send(
                    location,
                    WireRequest(query: request.query).text("artifact_file_path"),
                    request
                )
            }
        }
    }
}

extension Request {
    /// Whether anything is said to come behind the head.
    fileprivate var hasBody: Bool {
        headers[.contentLength].map { $0 != "0" } ?? (headers[.transferEncoding] != nil)
    }
}
