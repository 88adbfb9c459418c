import Hummingbird
import JSON
import Registry
import Tracking
import Workspace

extension Server {
    /// Adds the routes by which artifacts are listed, read, written and removed.
    func addArtifacts(to router: Router<ServerContext>) {
        for version in ["api/2.0", "api/3.0", "ajax-api/2.0", "ajax-api/3.0"] {
            let folder = "\(version)/mlflow-artifacts/artifacts"
            router.on("\(folder)", method: .get) { request, context in
                try await listing(request, context)
            }
            router.on("\(folder)/**", method: .get) { request, context in
                _ = try rules.check(request, on: context.channel, need: .read)
                return try send(request.artifactPath(behind: folder), request)
            }
            router.on("\(folder)/**", method: .put) { request, context in
                _ = try rules.check(request, on: context.channel, need: .write)
                try await receive(request, at: request.artifactPath(behind: folder))
                return Response.json(WireReply.empty.bytes)
            }
            router.on("\(folder)/**", method: .delete) { request, context in
                _ = try rules.check(request, on: context.channel, need: .write)
                let artifact = try request.artifactPath(behind: folder)
                try tracker.rules.checkRemoving(artifact: artifact.text)
                try tracker.artifacts.remove(artifact)
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
                let name = try input.text("name")
                let version = try tracker.registry.version(input.version(), of: name)
                return try send(version.storageLocation, input.text("path"), request)
            }
        }
    }

    private func listing(_ request: Request, _ context: ServerContext) async throws -> Response {
        _ = try rules.check(request, on: context.channel, need: .read)
        let path = try await parameters(of: request).optionalText("path") ?? ""
        let entries = try tracker.artifacts.entries(of: ArtifactPath(path))
        let reply: JSONValue = ["files": .array(entries.map { ArtifactFolder.wire($0) })]
        return Response.json(reply.bytes)
    }

    /// A file at the location of a run, model or version.
    func send(
        _ location: String,
        _ path: String,
        _ request: Request
    ) throws -> Response {
        try send(ArtifactPath("\(ArtifactLocation.served(location))/\(path)"), request)
    }

    private func send(_ artifact: ArtifactPath, _ request: Request) throws -> Response {
        FileTransfer.send(try tracker.artifacts.file(at: artifact), request)
    }

    /// Takes an artifact: aside first, then to its place.
    func receive(_ request: Request, at artifact: ArtifactPath) async throws {
        let artifacts = tracker.artifacts
        try artifacts.checkPlace(artifact)
        // What is refused need not be sent.
        try tracker.rules.checkWriting(artifact: artifact.text)
        let upload = try artifacts.uploads.begin()
        try await FileTransfer.receive(request, into: upload, atMost: configuration.artifactLimit)
        // Much may have happened meanwhile.
        try tracker.rules.checkWriting(artifact: artifact.text)
        try artifacts.put(upload, at: artifact)
    }
}
