import Foundation
import MLflowAPI
import Registry
import Runs
import TestClient
import Testing
import Tracking
import Workspace

/// Refusals of the rules are MLflow's 400, with the command's messages.
@Suite struct RuleRouteTests {
    private static let artifacts = "/api/2.0/mlflow-artifacts/artifacts"

    private static func makeRun(_ server: TestServer, isOwn: Bool = true) throws -> RunRecord {
        var new = NewRun()
        new.name = "night"
        if isOwn {
            new.tags = [
                Tracking.Tag(Tracking.Tag.owner, "ada@lab"),
                Tracking.Tag(Tracking.Tag.adapter, "adapter"),
            ]
        }
        let run = try server.workspace.tracking.createRun(new)
        let folder = "\(server.folder)/\(run.artifactURI)/adapter"
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
        try Data("weights".utf8).write(to: URL(fileURLWithPath: "\(folder)/weights"))
        return run
    }

    private static func expect(
        _ reply: APITests.Reply,
        refuses words: String,
        _ location: SourceLocation = #_sourceLocation
    ) {
        #expect(reply.status == 400, sourceLocation: location)
        #expect(
            reply.object["error_code"] as? String == "INVALID_PARAMETER_VALUE",
            sourceLocation: location
        )
        let message = reply.object["message"] as? String ?? ""
        #expect(message.contains(words), "\(message)", sourceLocation: location)
    }

    @Test func aLiveRunIsNotEndedOrTrashedOverHTTP() async throws {
        try await TestServer.with { server in
            let (call, run) = (APITests.call, try Self.makeRun(server).id)
            let lock = try RunLock.take(server.workspace.layout.lock(run: run))
            let words = "night is being trained"
            Self.expect(
                try call(server, "POST", "runs/delete", #"{"run_id": "\#(run)"}"#),
                refuses: words
            )
            Self.expect(
                try call(
                    server,
                    "POST",
                    "runs/update",
                    #"{"run_id": "\#(run)", "status": "FINISHED", "end_time": 7}"#
                ),
                refuses: words
            )
            Self.expect(
                try call(
                    server,
                    "POST",
                    "runs/log-metric",
                    #"{"run_id": "\#(run)", "key": "eval_loss", "value": 0, "timestamp": 1}"#
                ),
                refuses: "measured by workbench"
            )
            #expect(try server.workspace.tracking.run(run).status == .running)
            lock?.release()
            let done = try call(server, "POST", "runs/delete", #"{"run_id": "\#(run)"}"#)
            #expect(done.status == 200)
        }
    }

    @Test func theProgramsTagsAreRefusedWhereverAClientGivesTags() async throws {
        try await TestServer.with { server in
            let (call, run) = (APITests.call, try Self.makeRun(server).id)
            _ = try server.workspace.modelRegistry.createModel("faq")
            _ = try server.workspace.modelRegistry.register(NewVersion(source: "x"), as: "faq")
            let tag = #""key": "workbench.base_path", "value": "/tmp/other.gguf""#
            let tags = #""tags": [{\#(tag)}]"#
            let calls = [
                ("POST", "runs/create", #"{"experiment_id": "0", \#(tags)}"#),
                ("POST", "runs/set-tag", #"{"run_id": "\#(run)", \#(tag)}"#),
                ("POST", "runs/log-batch", #"{"run_id": "\#(run)", \#(tags)}"#),
                ("POST", "runs/delete-tag", #"{"run_id": "\#(run)", "key": "workbench.owner"}"#),
                ("POST", "experiments/create", #"{"name": "e", \#(tags)}"#),
                ("POST", "experiments/set-experiment-tag", #"{"experiment_id": "0", \#(tag)}"#),
                ("POST", "registered-models/create", #"{"name": "m", \#(tags)}"#),
                ("POST", "registered-models/set-tag", #"{"name": "faq", \#(tag)}"#),
                ("POST", "model-versions/set-tag", #"{"name": "faq", "version": "1", \#(tag)}"#),
                (
                    "DELETE", "model-versions/delete-tag",
                    #"{"name": "faq", "version": "1", "key": "workbench.base_path"}"#
                ),
                ("POST", "logged-models", #"{"experiment_id": "0", "name": "m", \#(tags)}"#),
            ]
            for (method, path, body) in calls {
                Self.expect(try call(server, method, path, body), refuses: "workbench alone")
            }
        }
    }

    @Test func filesOfVersionsAndRunsAreNotReplacedOrRemovedOverHTTP() async throws {
        try await TestServer.with { server in
            let run = try Self.makeRun(server)
            let file = "\(Self.artifacts)/0/\(run.id)/artifacts/adapter/weights"
            for version in ["2.0", "3.0"] {
                let path = file.replacing("2.0", with: version)
                #expect(try server.call("PUT", path, body: "other").status == 400)
                #expect(try server.call("DELETE", path).status == 400)
            }
            for path in ["0", "0/\(run.id)", "0//\(run.id)/artifacts/", "%30"] {
                let reply = try server.call("DELETE", "\(Self.artifacts)/\(path)")
                #expect(reply.status == 400, "\(path)")
            }
            #expect(try server.call("GET", file).body == "weights")
            let other = file.replacing("adapter/weights", with: "plot.png")
            #expect(try server.call("PUT", other, body: "plot").status == 200)
            #expect(try server.call("DELETE", other).status == 200)
        }
    }

    @Test func aGatedModelIsNotDeletedAndItsAliasIsOneInEveryCase() async throws {
        try await TestServer.with { server in
            let (call, registry) = (APITests.call, server.workspace.modelRegistry)
            let run = try Self.makeRun(server)
            let new = NewVersion(source: "\(run.artifactURI)/adapter", run: run.id)
            try registry.register(new, as: "faq")
            try registry.setGate(Gate([Gate.Condition("f1", .greater, .value(0.5))]), of: "faq")
            Self.expect(
                try call(server, "DELETE", "registered-models/delete", #"{"name": "faq"}"#),
                refuses: "has a gate"
            )
            Self.expect(
                try call(
                    server,
                    "POST",
                    "registered-models/rename",
                    #"{"name": "faq", "new_name": "old"}"#
                ),
                refuses: "has a gate"
            )
            Self.expect(
                try call(
                    server,
                    "POST",
                    "registered-models/alias",
                    #"{"name": "faq", "alias": "PRODUCTION", "version": "1"}"#
                ),
                refuses: "does not pass its gate"
            )
        }
    }

    @Test func aTokenActsForTheUserWhoCanCreateIt() throws {
        let path = NSTemporaryDirectory() + UUID().uuidString
        #expect(Author.token("second", of: path) == Author("second"))
        try Data().write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        let own = Identity.current()
        let author = Author.token("second", of: path)
        #expect(author == Author("second", account: own.account, user: own.user))
    }
}
