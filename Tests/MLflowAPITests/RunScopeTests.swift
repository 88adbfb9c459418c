import Foundation
import HTTPServer
import TestClient
import Testing
import Tracking
import Workspace

@Suite("Tokens that are limited to a run") struct RunScopeTests {
    private func status(
        _ server: TestServer,
        _ path: String,
        _ body: String,
        token: String,
        method: String = "POST"
    ) throws -> Int {
        try server.call(
            method,
            method == "POST"
                ? "/api/2.0/mlflow/\(path)" : "/api/2.0/mlflow-artifacts/artifacts/\(path)",
            headers: ["Authorization: Bearer \(token)", "Content-Type: application/json"],
            body: body
        ).status
    }

    @Test("They write to their run, to runs below it and to its artifacts, and read everything")
    func limits() async throws {
        let tokens = RunTokens()
        try await TestServer.with {
            $0.runTokens = tokens
        } _: { server in
            let store = server.workspace.tracking
            let own = try store.createRun(NewRun()).id
            let other = try store.createRun(NewRun()).id
            var nested = NewRun()
            nested.tags = [Tag("mlflow.parentRunId", own)]
            let child = try store.createRun(nested).id
            let token = tokens.token(for: own)
            #expect(tokens.token(for: own) == token && tokens.token(for: other) != token)

            func metric(_ run: String) -> String {
                #"{"run_id":"\#(run)","key":"loss","value":1,"timestamp":1,"step":0}"#
            }
            #expect(try status(server, "runs/log-metric", metric(own), token: token) == 200)
            #expect(try status(server, "runs/log-metric", metric(child), token: token) == 200)
            #expect(try status(server, "runs/log-metric", metric(other), token: token) == 403)
            #expect(try status(server, "runs/log-metric", metric(own), token: "wbr_x") == 401)
            let delete = #"{"run_id":"\#(own)"}"#
            #expect(try status(server, "runs/delete", delete, token: token) == 403)
            #expect(try status(server, "experiments/create", #"{"name":"x"}"#, token: token) == 403)
            let create =
                #"{"experiment_id":"0","tags":[{"key":"mlflow.parentRunId","value":"\#(own)"}]}"#
            #expect(try status(server, "runs/create", create, token: token) == 200)
            let alone = #"{"experiment_id":"0"}"#
            #expect(try status(server, "runs/create", alone, token: token) == 403)
            let search = #"{"experiment_ids":["0"]}"#
            #expect(try status(server, "runs/search", search, token: token) == 200)
            for (run, expected) in [(own, 200), (child, 200), (other, 403)] {
                let path = "0/\(run)/artifacts/a.txt"
                #expect(try status(server, path, "x", token: token, method: "PUT") == expected)
            }
        }
    }
}
