import Foundation
import MLflowAPI
import TestClient
import Testing
import Tracking

@Suite struct TraceTests {
    private static let info = """
        {"trace": {"trace_info": {"trace_id": "tr-1", "trace_location": {"type": "MLFLOW_EXPERIMENT",
        "mlflow_experiment": {"experiment_id": "0"}}, "request_time": "2026-11-30T02:48:26.447Z",
        "execution_duration": "0.055s", "state": "OK", "trace_metadata": {"mlflow.user": "ann"},
        "tags": {"mlflow.traceName": "answer"}, "request_preview": "why"}}}
        """

    private static func call(
        _ server: TestServer,
        _ method: String,
        _ path: String,
        _ body: String = "{}"
    ) throws -> APITests.Reply {
        try APITests.call(server, method, "/api/3.0/mlflow/traces\(path)", body)
    }

    private static func information(_ reply: APITests.Reply) -> [String: Any] {
        (reply.object["trace"] as? [String: Any])?["trace_info"] as? [String: Any] ?? [:]
    }

    @Test func aTraceIsStoredAndFound() async throws {
        try await TestServer.with { server in
            let kept = Self.information(try Self.call(server, "POST", "", Self.info))
            #expect(kept["request_time"] as? String == "2026-11-30T02:48:26.447Z")
            #expect(kept["execution_duration"] as? String == "0.055s")
            let tags = kept["tags"] as? [String: String]
            #expect(
                tags == [
                    "mlflow.traceName": "answer",
                    "mlflow.artifactLocation": "mlflow-artifacts:/0/traces/tr-1/artifacts",
                ]
            )
            let tag = #"{"key": "k", "value": "v"}"#
            #expect(try Self.call(server, "PATCH", "/tr-1/tags", tag).status == 200)
            let search = #"""
                {"locations": [{"mlflow_experiment": {"experiment_id": "0"}}], "filter": "tags.k = 'v'"}
                """#
            #expect(try Self.call(server, "POST", "/search", search).text.contains("tr-1"))
            let other = search.replacingOccurrences(of: "'v'", with: "'w'")
            #expect(try !Self.call(server, "POST", "/search", other).text.contains("tr-1"))
            #expect(try Self.call(server, "DELETE", "/tr-1/tags", #"{"key": "k"}"#).status == 200)
            #expect(try Self.call(server, "DELETE", "/tr-1/tags", #"{"key": "k"}"#).status == 404)
            let one = Self.information(try Self.call(server, "GET", "/tr-1"))
            #expect(one["trace_id"] as? String == "tr-1")
            #expect(try Self.call(server, "GET", "/get?trace_id=tr-1").status == 404)
        }
    }

    @Test func routesOfOtherVersionsAreNotFound() async throws {
        try await TestServer.with { server in
            let old = try Self.call(server, "POST", "", #"{"experiment_id": "0"}"#)
            #expect(old.object["error_code"] as? String == "ENDPOINT_NOT_FOUND")
            let spans = try APITests.call(server, "POST", "/v1/traces")
            #expect(spans.status == 501 && spans.text.contains("REST OTLP span logging"))
        }
    }

    @Test func filesAreDeletedWithTheirTrace() async throws {
        try await TestServer.with { server in
            _ = try Self.call(server, "POST", "", Self.info)
            let path = "/api/2.0/mlflow-artifacts/artifacts/0/traces/tr-1/artifacts/traces.json"
            #expect(try APITests.call(server, "PUT", path, #"{"spans": []}"#).status == 200)
            for wrong in [
                #"{"experiment_id": "0"}"#, #"{"experiment_id": "0", "request_ids": []}"#,
                #"{"experiment_id": "0", "request_ids": ["tr-1"], "max_traces": 1}"#,
            ] {
                #expect(try Self.call(server, "POST", "/delete-traces", wrong).status == 400)
            }
            let body = #"{"experiment_id": "0", "request_ids": ["tr-1", "tr-2"]}"#
            let reply = try Self.call(server, "POST", "/delete-traces", body)
            #expect(reply.object["traces_deleted"] as? Int == 1)
            #expect(!FileManager.default.fileExists(atPath: "\(server.artifacts)/0/traces/tr-1"))
            #expect(try Self.call(server, "GET", "/tr-1").status == 404)
        }
    }

    @Test func feedbackIsGivenChangedAndRemoved() async throws {
        try await TestServer.with { server in
            _ = try Self.call(server, "POST", "", Self.info)
            func add(_ rest: String) throws -> [String: Any] {
                let body =
                    #"{"assessment": {"assessment_name": "good", "source": {"source_type": "HUMAN"}\#(rest)}}"#
                let reply = try Self.call(server, "POST", "/tr-1/assessments", body)
                return reply.object["assessment"] as? [String: Any] ?? [:]
            }
            func state(_ id: String) throws -> [String: Any] {
                let reply = try Self.call(server, "GET", "/tr-1/assessments/\(id)")
                return reply.object["assessment"] as? [String: Any] ?? [:]
            }
            #expect(try add("").isEmpty)
            let first = try #require(
                try add(#", "feedback": {"value": true}"#)["assessment_id"] as? String
            )
            let second = try add(#", "feedback": {"value": false}, "overrides": "\#(first)""#)
            #expect(try state(first)["valid"] as? Bool == false)
            let id = try #require(second["assessment_id"] as? String)
            let change =
                #"{"assessment": {"rationale": "why", "valid": false}, "update_mask": "rationale"}"#
            #expect(try Self.call(server, "PATCH", "/tr-1/assessments/\(id)", change).status == 200)
            #expect(try state(id)["rationale"] as? String == "why")
            #expect(try state(id)["valid"] as? Bool == true)
            let wrong = #"{"assessment": {"trace_id": "x"}, "update_mask": "traceId"}"#
            #expect(try Self.call(server, "PATCH", "/tr-1/assessments/\(id)", wrong).status == 400)
            #expect(try Self.call(server, "DELETE", "/tr-1/assessments/\(id)").status == 200)
            #expect(try state(first)["valid"] as? Bool == true)
            #expect(try Self.call(server, "GET", "/tr-1").text.contains("good"))
        }
    }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00.000Z"),
        ("2026-11-30T02:48:26.447Z", 1_796_006_906_447, "2026-11-30T02:48:26.447Z"),
        ("2026-11-30T04:48:26.447999999+02:00", 1_796_006_906_447, "2026-11-30T02:48:26.447Z"),
        ("2000-02-29T23:59:59.1Z", 951_868_799_100, "2000-02-29T23:59:59.100Z"),
        ("1969-12-31T23:59:59.999Z", -1, "1969-12-31T23:59:59.999Z"),
        ("0001-01-01T00:00:00Z", -62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ("9999-12-31T23:59:59.999Z", 253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
    ])
    func timesAreSentAsTexts(text: String, milliseconds: Int, back: String) {
        #expect(WireTime.milliseconds(text) == milliseconds)
        #expect(WireTime.text(milliseconds) == back)
    }

    @Test(arguments: [
        "", "now", "2026-11-30", "2026-11-30T02:48:26", "2026-13-01T00:00:00Z",
        "2026-11-30T24:00:00Z", "2026-11-30T02:48:26.Z", "2026-11-30T02:48:26Zx",
    ])
    func anInvalidTimeIsNil(text: String) {
        #expect(WireTime.milliseconds(text) == nil)
    }

    @Test func timesBeyondTheCalendarHaveATextNevertheless() {
        #expect(WireTime.text(.max) == "9999-12-31T23:59:59.999Z")
        #expect(WireTime.text(.min) == "0001-01-01T00:00:00.000Z")
    }
}
