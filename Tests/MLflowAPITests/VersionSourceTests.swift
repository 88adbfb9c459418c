import Foundation
import MLflowAPI
import TestClient
import Testing
import Tracking
import Workspace

/// The sources of versions that clients may use.
@Suite struct VersionSourceTests {
    private static let model = "m"

    /// Registers a source, and returns the status and the version.
    private static func register(
        _ server: TestServer,
        _ source: String,
        _ rest: String = ""
    ) throws -> (status: Int, version: [String: Any]) {
        let reply = try APITests.call(
            server,
            "POST",
            "model-versions/create",
            #"{"name": "m", "source": "\#(source)"\#(rest)}"#
        )
        return (reply.status, reply.object["model_version"] as? [String: Any] ?? [:])
    }

    private static func with(
        _ body: @Sendable (TestServer, _ run: String) async throws -> Void
    ) async throws {
        try await TestServer.with { server in
            _ = try APITests.call(server, "POST", "registered-models/create", #"{"name": "m"}"#)
            try await body(server, server.workspace.tracking.createRun(NewRun()).id)
        }
    }

    @Test func sourcesOutsideTheStoreAreRefused() async throws {
        try await Self.with { server, run in
            let sources = [
                "/etc", "file:///etc/passwd", "file:x", "x", "a/b", "s3://bucket/a/../../b",
                "mlflow-artifacts:/models/../../x", "mlflow-artifacts:/a/%2e%2e/b",
                "mlflow-artifacts:/a/%252e%252e/b", "mlflow-artifacts://host:9000/m/..%2f..%2fx",
                "dbfs:/run/a%3f/../../../", "s3://b/./x", "s3:x", "gs://b/x%00",
                "https://h/api/2.0/mlflow-artifacts/artifacts/0/r", "mlflow-artifacts:/models",
                "runs:/\(run)/x", "models:/a/b/c", "models://host/m/1", "models:/m/", "models:/m-1",
            ]
            for source in sources {
                #expect(try Self.register(server, source).status == 400, "\(source)")
            }
            // A run that holds something else does not help.
            let named = #", "run_id": "\#(run)""#
            for source in [
                "/etc", "mlflow-artifacts:/0/other/artifacts", "runs:/other/x",
                "mlflow-artifacts:/0/\(run)/artifacts/../x", "runs://host/\(run)/x",
                "mlflow-artifacts:/0/\(run)x/artifacts",
            ] {
                #expect(try Self.register(server, source, named).status == 400, "\(source)")
            }
            #expect(try Self.register(server, "models:/m/1").status == 404)
            #expect(try Self.register(server, "models:/none/1").status == 404)
            #expect(try Self.register(server, "s3://b/x", #", "model_id": "m-1""#).status == 404)
            let found = try APITests.call(server, "GET", "model-versions/search?max_results=9")
            #expect(found.status == 200 && !found.text.contains("READY"))
        }
    }

    @Test func validSourcesAreAccepted() async throws {
        try await Self.with { server, run in
            let named = #", "run_id": "\#(run)""#
            let logged = try server.workspace.tracking.createLoggedModel(NewLoggedModel(name: "l"))
            let model = #", "model_id": "\#(logged.id)""#
            let place = "mlflow-artifacts:/0/models/\(logged.id)/artifacts"
            let sources = [
                ("s3://bucket/a/..../b", ""), ("s3://bucket", ""), ("dbfs:/x//y", ""),
                ("s3://b/x", #", "run_id": "unknown""#), ("hdfs://host/x", ""),
                ("runs:/\(run)/x", named), ("runs:/\(run)", named),
                ("mlflow-artifacts:/0/\(run)/artifacts/a", named), (place, model),
                ("models:/\(logged.id)", model),
            ]
            for (number, (source, rest)) in sources.enumerated() {
                let reply = try Self.register(server, source, rest)
                #expect(reply.status == 200, "\(source)")
                #expect(reply.version["source"] as? String == source)
                #expect(reply.version["version"] as? String == "\(number + 1)")
            }
            let tag = try server.workspace.tracking.loggedModel(logged.id).tags[
                "mlflow.modelVersions"
            ]
            #expect(tag?.contains("9") == true && tag?.contains("10") == true)
        }
    }

    @Test func aFolderOfThisMachineIsAcceptedFromARunStoredThere() async throws {
        try await Self.with { server, _ in
            let store = server.workspace.tracking
            let experiment = try store.createExperiment(named: "e", artifactLocation: "/data/e")
            var new = NewRun()
            new.experimentID = experiment.id
            let run = try store.createRun(new).id
            let named = #", "run_id": "\#(run)""#
            let inside = "/data/e/\(run)/artifacts/m"
            #expect(try Self.register(server, inside, named).status == 200)
            #expect(try Self.register(server, "file://\(inside)", named).status == 200)
            for outside in ["/data/e", "/data/e/\(run)/artifactsx", "\(inside)/../../../x"] {
                #expect(try Self.register(server, outside, named).status == 400, "\(outside)")
            }
        }
    }

    @Test func aCopyIsIndependentOfTheOriginal() async throws {
        try await Self.with { server, run in
            let folder = "mlflow-artifacts:/0/\(run)/artifacts/a"
            let link = #", "run_id": "\#(run)", "run_link": "https://ci/42""#
            let original = try Self.register(server, folder, link).version
            #expect(original["run_link"] as? String == "https://ci/42")
            _ = try APITests.call(
                server,
                "POST",
                "registered-models/alias",
                #"{"name": "m", "alias": "best", "version": "1"}"#
            )
            for source in ["models:/m/1", "models:/m/latest", "models:/m@best"] {
                let copy = try Self.register(server, source).version
                #expect(copy["run_id"] as? String == run, "\(source)")
                #expect((copy["source"] as? String)?.hasPrefix("models:/m/") == true)
            }
            _ = try APITests.call(
                server,
                "DELETE",
                "model-versions/delete",
                #"{"name": "m", "version": "1"}"#
            )
            for version in 2...4 {
                let reply = try APITests.call(
                    server,
                    "GET",
                    "model-versions/get-download-uri?name=m&version=\(version)"
                )
                #expect(reply.object["artifact_uri"] as? String == folder)
            }
            #expect(
                try Self.register(server, "models:/m/2", #", "run_id": "other""#).status == 400
            )
            #expect(try Self.register(server, "models:/m@none").status == 400)
        }
    }

    @Test func aPromptHasAPlaceholderForASource() async throws {
        try await Self.with { server, _ in
            let tags = #", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]"#
            #expect(try Self.register(server, "dummy-source").status == 400)
            #expect(try Self.register(server, "dummy-source", tags).status == 200)
            #expect(try Self.register(server, "s3://b/x", tags).status == 400)
            let prompt = #"{"name": "p"\#(tags)}"#
            _ = try APITests.call(server, "POST", "registered-models/create", prompt)
            _ = try APITests.call(
                server,
                "POST",
                "model-versions/create",
                #"{"name": "p", "source": "dummy-source"\#(tags)}"#
            )
            #expect(try Self.register(server, "models:/p/1").status == 400)
        }
    }

    @Test func anAliasIsDeletedTwiceWithoutAnError() async throws {
        try await Self.with { server, _ in
            _ = try Self.register(server, "s3://b/x")
            let alias = #"{"name": "m", "alias": "best", "version": "1"}"#
            _ = try APITests.call(server, "POST", "registered-models/alias", alias)
            for _ in 0..<2 {
                let reply = try APITests.call(server, "DELETE", "registered-models/alias", alias)
                #expect(reply.status == 200)
            }
            let none = #"{"name": "none", "alias": "best"}"#
            #expect(
                try APITests.call(server, "DELETE", "registered-models/alias", none).status == 404
            )
        }
    }
}
