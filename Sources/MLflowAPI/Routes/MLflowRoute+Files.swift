import Foundation
import HTTPServer
import JSON
import Platform
import Registry
import Tracking
import Workspace

extension MLflowRoute {
    /// The files of artifacts: listed, read, written and removed, by clients and by MLflow's pages.
    static let files: [MLflowRoute] =
        [
            .get(folder, at: .versions) { request, services in
                let path = try request.optionalText("path") ?? ""
                let entries = try services.artifacts.entries(of: ArtifactPath(path))
                return ["files": .array(entries.map { ArtifactFolder.wire($0) })]
            },
            .call(.get, "\(folder)/**", at: .versions, role: .read) { call, services in
                try services.artifacts.file(at: ArtifactPath(encoded: call.rest)).reply(to: call)
            },
            .call(.put, "\(folder)/**", at: .versions, role: .write) { call, services in
                try await services.receive(call, at: ArtifactPath(encoded: call.rest))
                return .json(WireReply.empty)
            },
            .call(.delete, "\(folder)/**", at: .versions, role: .write) { call, services in
                let artifact = try ArtifactPath(encoded: call.rest)
                try services.tracker.checkRemoving(artifact: artifact.text)
                try services.artifacts.remove(artifact)
                return .json(WireReply.empty)
            },
            .call(.get, "get-artifact", at: .pages, role: .read) { call, services in
                let input = WireRequest(query: call.query)
                let location = try services.tracker.run(input.runID(), details: []).artifactURI
                return try services.artifacts.file(input.text("path"), of: location).reply(to: call)
            },
            .call(.get, "model-versions/get-artifact", at: .pages, role: .read) { call, services in
                let input = WireRequest(query: call.query)
                let name = try input.text("name")
                let location = try services.registry.version(input.version(), of: name)
                    .storageLocation
                return try services.artifacts.file(input.text("path"), of: location).reply(to: call)
            },
            .call(.post, "upload-artifact", at: .api, role: .write) { call, services in
                let input = WireRequest(query: call.query)
                guard let run = try input.name("run_uuid") ?? input.name("run_id") else {
                    throw ServerError(.invalidParameter, "Request must specify run_uuid.")
                }
                guard let path = try input.name("path") else {
                    throw ServerError(.invalidParameter, "Request must specify path.")
                }
                let location = try services.tracker.run(run, details: []).artifactURI
                guard call.hasBody else {
                    throw ServerError(.invalidParameter, "Request must specify data.")
                }
                try await services.receive(call, at: ArtifactPath(path, of: location))
                return .json(WireReply.empty)
            },
            .call(.get, "logged-models/{model_id}/artifacts/files", at: .api, role: .read) {
                call,
                services in
                var input = WireRequest(query: call.query)
                for (name, value) in call.parameters { input.add(value, named: name) }
                let location = try services.tracker.loggedModel(input.text("model_id"))
                    .artifactLocation
                return try services.artifacts.file(input.text("artifact_file_path"), of: location)
                    .reply(to: call)
            },
        ]
        + ["create", "complete", "abort"].map { step in
            .call(.post, "mlflow-artifacts/mpu/\(step)/**", at: .versions, role: .write) { _, _ in
                throw unsupported("Multipart upload")
            }
        }
        + [
            .call(.get, "mlflow-artifacts/presigned/**", at: .versions, role: .read) { _, _ in
                throw unsupported("Multipart download")
            }
        ]

    private static let folder = "mlflow-artifacts/artifacts"

    /// The error that makes clients fall back to simple transfers.
    private static func unsupported(_ what: String) -> ServerError {
        ServerError(
            .notImplemented,
            "\(what) is not supported for the current artifact repository"
        )
    }
}

extension Services {
    /// Receives an artifact into the folder of uploads, then moves it to its place.
    fileprivate func receive(_ call: Call, at artifact: ArtifactPath) async throws {
        try artifacts.checkPlace(artifact)
        // Checked before the client sends the file.
        try tracker.checkWriting(artifact: artifact.text)
        let upload = try artifacts.uploads.begin()
        try await call.receive { bytes in try upload.append(bytes) }
        // Checked again, because the rules' facts may have changed during the transfer.
        try tracker.checkWriting(artifact: artifact.text)
        try artifacts.put(upload, at: artifact)
    }
}

extension ArtifactPath {
    /// The path in a call's address, decoded once.
    init(encoded raw: String) throws(ServerError) {
        guard let path = raw.removingPercentEncoding else {
            throw ServerError(.invalidParameter, "Invalid path: \(Self.shown(raw))")
        }
        try self.init(path)
    }

    /// A path below the location of a run, model or version.
    fileprivate init(_ path: String, of location: String) throws(ServerError) {
        try self.init("\(ArtifactLocation.served(location))/\(path)")
    }
}

extension ArtifactFolder {
    /// A file below the location of a run, model or version.
    fileprivate func file(_ path: String, of location: String) throws(ServerError) -> ServedFile {
        try file(at: ArtifactPath(path, of: location))
    }
}
