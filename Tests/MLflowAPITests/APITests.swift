import Foundation
import HTTPServer
import MLflowAPI
import Platform
import TestClient
import Testing
import Tracking
import Workspace

/// Calls of MLflow's API in the form that clients use.
@Suite struct APITests {
    typealias Reply = (status: Int, object: [String: Any], text: String)

    private static func reply(_ answer: TestConnection.Answer) -> Reply {
        let object = try? JSONSerialization.jsonObject(with: Data(answer.body.utf8))
        return (answer.status, object as? [String: Any] ?? [:], answer.body)
    }

    /// One call with a JSON body.
    static func call(
        _ server: TestServer,
        _ method: String,
        _ path: String,
        _ body: String = "{}"
    ) throws -> Reply {
        let prefix = path.hasPrefix("/") ? "" : "/api/2.0/mlflow/"
        return reply(
            try server.call(
                method,
                prefix + path,
                headers: ["Content-Type: application/json"],
                body: body
            )
        )
    }

    private static func makeRun(_ server: TestServer) throws -> String {
        let reply = try call(server, "POST", "runs/create", #"{"experiment_id": "0"}"#)
        let info = (reply.object["run"] as? [String: Any])?["info"] as? [String: Any]
        return try #require(info?["run_id"] as? String)
    }

    // MARK: - Bodies

    @Test func aGetWithoutAQueryIsReadFromItsBody() async throws {
        try await TestServer.with { server in
            let run = try Self.makeRun(server)
            _ = try Self.call(server, "POST", "registered-models/create", #"{"name": "faq"}"#)
            let asked = [
                ("registered-models/get", #"{"name": "faq"}"#, "faq"),
                ("runs/get", #"{"run_id": "\#(run)"}"#, run),
                ("experiments/get-by-name", #"{"experiment_name": "Default"}"#, "Default"),
                ("metrics/get-history", #"{"run_id": "\#(run)", "metric_key": "a"}"#, "metrics"),
                ("artifacts/list", #"{"run_id": "\#(run)"}"#, "root_uri"),
            ]
            for (path, body, expected) in asked {
                let reply = try Self.call(server, "GET", path, body)
                #expect(reply.status == 200 && reply.text.contains(expected), "\(path)")
            }
            let none = try Self.call(
                server,
                "GET",
                "registered-models/search",
                #"{"filter": "name = 'x'"}"#
            )
            #expect(none.status == 200 && !none.text.contains("faq"))
            let listed = try Self.call(
                server,
                "GET",
                "/api/2.0/mlflow-artifacts/artifacts",
                #"{"path": "../x"}"#
            )
            #expect(listed.object["message"] as? String == "Invalid path")
            // Only the query counts.
            let query = try Self.call(server, "GET", "experiments/get?experiment_id=0", "not JSON")
            #expect(query.status == 200)
        }
    }

    @Test func bodiesThatPythonWritesAreRead() async throws {
        try await TestServer.with { server in
            let run = try Self.makeRun(server)
            for (key, value) in [("nan", "NaN"), ("up", "Infinity"), ("down", "-Infinity")] {
                let body =
                    #"{"run_id": "\#(run)", "key": "\#(key)", "value": \#(value), "timestamp": 1}"#
                #expect(try Self.call(server, "POST", "runs/log-metric", body).status == 200)
            }
            let metrics = try server.workspace.tracking.run(run).metrics
            #expect(metrics["nan"]?.value.isNaN == true)
            #expect(metrics["up"]?.value == .greatestFiniteMagnitude)
            #expect(metrics["down"]?.value == -.greatestFiniteMagnitude)
            // Old clients send the object as a text.
            let twice = #""{\"run_id\": \"\#(run)\", \"key\": \"p\", \"value\": \"1\"}""#
            #expect(try Self.call(server, "POST", "runs/log-parameter", twice).status == 200)
            #expect(try server.workspace.tracking.run(run).params["p"] == "1")
        }
    }

    @Test func theFirstWrongFieldIsNamed() async throws {
        try await TestServer.with { server in
            let run = try Self.makeRun(server)
            let wrong = [
                ("runs/log-parameter", #"{"run_id": 1, "key": 2, "value": 3}"#, "'run_id'"),
                ("runs/log-parameter", #"{"run_id": "\#(run)", "key": 2, "value": 3}"#, "'key'"),
                (
                    "runs/log-parameter", #"{"run_id": "\#(run)", "key": "k", "value": 3}"#,
                    "'value'"
                ),
                ("runs/set-tag", #"{"key": "k", "value": "3"}"#, "'run_id'"),
                (
                    "runs/log-batch",
                    #"{"run_id": "\#(run)", "metrics": [{"key": "a", "value": 1, "timestamp": 1}, {"key": "b", "value": 1}]}"#,
                    "'metrics[1].timestamp'"
                ),
                (
                    "runs/log-batch",
                    #"{"run_id": "\#(run)", "tags": [{"value": "1"}]}"#, "'tags[0].key'"
                ),
                ("model-versions/set-tag", #"{"name": "m", "version": "x"}"#, "'version'"),
                ("experiments/update", #"{"experiment_id": "0"}"#, "'new_name'"),
                (
                    "runs/log-inputs",
                    #"{"run_id": "\#(run)", "datasets": [{"dataset": {"name": "a"}}]}"#,
                    "'datasets[0].dataset.digest'"
                ),
            ]
            for (path, body, field) in wrong {
                let reply = try Self.call(server, "POST", path, body)
                #expect(reply.status == 400, "\(body)")
                #expect((reply.object["message"] as? String)?.contains(field) == true, "\(body)")
            }
        }
    }

    // MARK: - Limits

    @Test func longTagsAndDescriptionsOfModelsAreAccepted() async throws {
        try await TestServer.with { server in
            let run = try Self.makeRun(server)
            let source = #""source": "runs:/\#(run)/x", "run_id": "\#(run)""#
            _ = try Self.call(server, "POST", "registered-models/create", #"{"name": "m"}"#)
            _ = try Self.call(
                server,
                "POST",
                "model-versions/create",
                #"{"name": "m", \#(source)}"#
            )
            for (length, status) in [(8001, 200), (100_000, 200), (100_001, 400)] {
                let value = String(repeating: "한", count: length)
                for path in ["registered-models/set-tag", "model-versions/set-tag"] {
                    let body =
                        #"{"name": "m", "version": "1", "key": "k", "value": "\#(value)"}"#
                    #expect(try Self.call(server, "POST", path, body).status == status)
                }
            }
            let text = String(repeating: "d", count: 50_000)
            for path in ["registered-models/update", "model-versions/update"] {
                let body = #"{"name": "m", "version": "1", "description": "\#(text)"}"#
                #expect(try Self.call(server, "PATCH", path, body).status == 200)
            }
            let long = String(repeating: "n", count: 400)
            let made = try Self.call(
                server,
                "POST",
                "registered-models/create",
                #"{"name": "\#(long)"}"#
            )
            #expect(made.status == 200)
        }
    }

    @Test func cutValuesAreLogged() async throws {
        try await TestServer.with { server in
            let run = try Self.makeRun(server)
            let value = String(repeating: "v", count: 6001)
            let body = #"{"run_id": "\#(run)", "key": "prompt", "value": "\#(value)"}"#
            #expect(try Self.call(server, "POST", "runs/log-parameter", body).status == 200)
            let logs = try FileManager.default.contentsOfDirectory(atPath: "\(server.folder)/logs")
            let texts = try logs.map {
                try String(contentsOfFile: "\(server.folder)/logs/\($0)", encoding: .utf8)
            }
            #expect(
                texts.contains { $0.contains("prompt") && $0.contains("cut from 6001 to 6000") }
            )
        }
    }

    // MARK: - Experiments

    @Test(arguments: [
        ("my_location", "mlflow-artifacts:/my_location"), ("./a//b", "mlflow-artifacts:/a/b"),
        ("file:c", "mlflow-artifacts:/c"), ("mlflow-artifacts:/d/e", "mlflow-artifacts:/d/e"),
        ("/abs/x", "/abs/x"), ("file:///abs", "file:///abs"), ("s3://b/x", "s3://b/x"),
        ("artifacts/1", "mlflow-artifacts:/artifacts/1"), ("a?b", "mlflow-artifacts:/a?b"),
    ])
    func aLocationOfArtifactsIsTheSameForAllClients(given: String, kept: String) throws {
        #expect(try ArtifactLocation.wire(ArtifactLocation.chosen(given)) == kept)
    }

    @Test(arguments: [
        "../x", "a/../../b", "mlflow-artifacts:/a/../../b", "mlflow-artifacts:/%2e%2e/b", ".",
        "s3://b/x#y", "x#y", "s3://b/x?a=..", "runs:/x", "mlflow-artifacts://host:9000/x", "a\nb",
        String(repeating: "x", count: 2049), "mlflow-artifacts:/",
    ])
    func anInvalidLocationIsRefused(given: String) {
        #expect(throws: ServerError.self) { try ArtifactLocation.chosen(given) }
    }

    @Test func deletingAndRestoringTwiceIsAnError() async throws {
        try await TestServer.with { server in
            _ = try Self.call(server, "POST", "experiments/create", #"{"name": "e"}"#)
            let body = #"{"experiment_id": "1"}"#
            for path in ["restore", "delete", "delete"] {
                let reply = try Self.call(server, "POST", "experiments/\(path)", body)
                let isFirst = path == "delete" && reply.status == 200
                #expect(
                    isFirst || reply.object["error_code"] as? String == "RESOURCE_DOES_NOT_EXIST"
                )
            }
        }
    }

    // MARK: - Pages

    @Test func thePageShowsRunsOnlyAsText() async throws {
        try await TestServer.with { server in
            let store = server.workspace.tracking
            var new = NewRun()
            new.name = "<script>alert('x')</script>\u{202E}\u{1B}[31m&\"한"
            let run = try store.createRun(new).id
            try store.log(
                Batch(metrics: [Metric("loss", 0.5, timestamp: 1, step: 1)]),
                run: run
            )
            let page = try server.call("GET", "/", headers: ["Accept: text/html"])
            #expect(page.status == 200)
            #expect(page.headers["content-type"]?.hasPrefix("text/html") == true)
            #expect(page.headers["content-security-policy"]?.contains("default-src 'none'") == true)
            #expect(page.body.contains("<html") && page.body.contains("loss 0.5"))
            #expect(page.body.contains(run) && page.body.contains("&amp;&quot;한"))
            #expect(!page.body.contains("<script") && !page.body.contains("\u{202E}"))
            #expect(!page.body.contains("\u{1B}"))
        }
    }

    @Test func filesAreUploadedAndDeletedByTheCallsOfPages() async throws {
        try await TestServer.with { server in
            let run = try Self.makeRun(server)
            let path = "/ajax-api/2.0/mlflow/upload-artifact?run_uuid=\(run)&path=notes/a.json"
            #expect(try Self.call(server, "POST", path, #"{"a": 1}"#).status == 200)
            #expect(try Self.call(server, "POST", path, "").status == 400)
            let other = path.replacingOccurrences(of: "notes/a.json", with: "../b")
            #expect(try Self.call(server, "POST", other, "x").status == 400)
            let file = "\(server.artifacts)/0/\(run)/artifacts/notes/a.json"
            #expect(try String(contentsOfFile: file, encoding: .utf8) == #"{"a": 1}"#)
            let model = try server.workspace.tracking.createLoggedModel(NewLoggedModel(name: "m"))
            let put = "/api/2.0/mlflow-artifacts/artifacts/0/models/\(model.id)/artifacts/MLmodel"
            #expect(try Self.call(server, "PUT", put, "flavors:").status == 200)
            let got = try Self.call(
                server,
                "GET",
                "/ajax-api/2.0/mlflow/logged-models/\(model.id)/artifacts/files"
                    + "?artifact_file_path=MLmodel"
            )
            #expect(got.status == 200 && got.text == "flavors:")
        }
    }

    @Test(arguments: ["create", "complete", "abort"])
    func uploadsInPartsAreRefusedInWordsThatClientsKnow(step: String) async throws {
        try await TestServer.with { server in
            let path = "/api/2.0/mlflow-artifacts/mpu/\(step)/0/run/artifacts/a"
            let reply = try Self.call(server, "POST", path)
            #expect(reply.status == 501)
            #expect(reply.object["error_code"] as? String == "NOT_IMPLEMENTED")
            #expect(
                reply.object["message"] as? String
                    == "Multipart upload is not supported for the current artifact repository"
            )
        }
    }
}
