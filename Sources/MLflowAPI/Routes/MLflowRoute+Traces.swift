import HTTPServer
import JSON
import Platform
import Tracking
import Workspace

/// Traces in the form for servers below version 3.4: a call with the trace's description, and its spans
/// as a file by the artifact routes.
extension MLflowRoute {
    static let traces: [MLflowRoute] = [
        .post("traces") { request, services in
            // Version 2 of the call, from old clients, has no such member.
            guard request.has("trace") else { throw ServerError.noEndpoint }
            let info = try request.object("trace").object("trace_info")
            let kept = try services.tracker.keep(info.trace(now: services.tracker.now))
            return ["trace": ["trace_info": WireReply.trace(kept)]]
        },
        .search("traces/search") { request, services in
            let experiments = try request.objects("locations").map { location in
                try location.object("mlflow_experiment").experimentID()
            }
            let found = try services.tracker.searchTraces(
                SearchQuestion(
                    filter: request.optionalText("filter") ?? "",
                    orderBy: request.texts("order_by"),
                    limit: request.optionalInteger("max_results") ?? 100,
                    pageToken: request.name("page_token")
                ),
                experiments: experiments
            )
            return WireReply.page("traces", found, WireReply.trace)
        },
        .post("traces/delete-traces") { request, services in
            let experiment = try request.experimentID()
            let time = try request.optionalInteger("max_timestamp_millis")
            let maximum = try request.optionalInteger("max_traces")
            let ids = try request.has("request_ids") ? request.texts("request_ids") : nil
            guard (time == nil) != (ids == nil), ids?.isEmpty != true else {
                throw ServerError(
                    .invalidParameter,
                    "Either `max_timestamp_millis` or `request_ids` must be specified, not both."
                )
            }
            guard maximum.map({ $0 > 0 && ids == nil }) ?? true else {
                throw ServerError(
                    .invalidParameter,
                    "`max_traces` must be a positive integer, and goes with `max_timestamp_millis`."
                )
            }
            let gone = try services.tracker.deleteTraces(
                experiment: experiment,
                ids: ids,
                before: time,
                maximum: maximum
            )
            for trace in gone { services.removeFiles(of: trace) }
            return ["traces_deleted": .integer(gone.count)]
        },
        .post("traces/link-to-run") { request, services in
            let ids = try request.texts("trace_ids")
            guard ids.count <= 100 else {
                throw ServerError(.invalidParameter, "At most 100 traces are linked at once.")
            }
            try services.tracker.link(traces: ids, toRun: request.runID())
            return WireReply.empty
        },
        .get("traces/{trace_id}") { request, services in
            let trace = try services.tracker.trace(request.text("trace_id"))
            return ["trace": ["trace_info": WireReply.trace(trace)]]
        },
        .patch("traces/{trace_id}/tags") { request, services in
            let id = try request.text("trace_id")
            try services.tracker.setTag(request.tag(), ofTrace: id)
            return WireReply.empty
        },
        .delete("traces/{trace_id}/tags") { request, services in
            let id = try request.text("trace_id")
            try services.tracker.deleteTag(request.tagKey(), ofTrace: id)
            return WireReply.empty
        },
        .post("traces/{trace_id}/assessments") { request, services in
            let trace = try request.text("trace_id")
            let id = services.tracker.newAssessmentID()
            let assessment = try request.assessment(
                id: id,
                trace: trace,
                now: services.tracker.now
            )
            if let overridden = try request.object("assessment").name("overrides") {
                try services.tracker.changeAssessment(overridden, ofTrace: trace) {
                    try Assessment($0).with("valid", false).text
                }
            }
            try services.tracker.addAssessment(assessment.text, id: id, toTrace: trace)
            return ["assessment": .object(assessment.object)]
        },
        .get("traces/{trace_id}/assessments/{assessment_id}") { request, services in
            let body = try services.tracker.assessment(
                request.text("assessment_id"),
                ofTrace: request.text("trace_id")
            )
            return ["assessment": .object(try Assessment(body).object)]
        },
        .patch("traces/{trace_id}/assessments/{assessment_id}") { request, services in
            let changes = try request.assessmentChanges()
            let body = try services.tracker.changeAssessment(
                request.text("assessment_id"),
                ofTrace: request.text("trace_id")
            ) { body in
                try changes.reduce(Assessment(body)) { $0.with($1.name, $1.value) }
                    .with("last_update_time", .string(WireTime.text(services.tracker.now))).text
            }
            return ["assessment": .object(try Assessment(body).object)]
        },
        .delete("traces/{trace_id}/assessments/{assessment_id}") { request, services in
            let (id, trace) = (try request.text("assessment_id"), try request.text("trace_id"))
            let gone = try Assessment(services.tracker.assessment(id, ofTrace: trace))
            try services.tracker.deleteAssessment(id, ofTrace: trace)
            // The assessment that it replaced is valid again.
            if case .string(let overridden) = gone.object["overrides"] {
                _ = try? services.tracker.changeAssessment(overridden, ofTrace: trace) {
                    try Assessment($0).with("valid", true).text
                }
            }
            return WireReply.empty
        },
    ]

}

extension Services {
    /// Removes the files of a deleted trace, as far as possible.
    fileprivate func removeFiles(of trace: Trace) {
        guard let location = trace.tags[Trace.artifactLocation],
            let path = ArtifactLocation.path(location), path.hasSuffix("/\(trace.id)/artifacts"),
            let folder = try? ArtifactPath(String(path.dropLast("/artifacts".count)))
        else { return }
        try? artifacts.remove(folder)
    }
}

/// Feedback or an expectation, as MLflow's JSON.
private struct Assessment {
    var object: JSONObject

    init(_ text: String) throws {
        guard case .object(let object) = try JSONParser.parse(Array(text.utf8)) else {
            throw ServerError(
                .internalError,
                "An assessment is not a JSON object: \(text.prefix(100))"
            )
        }
        self.object = object
    }

    init(_ object: JSONObject) { self.object = object }

    var text: String { String(decoding: JSONValue.object(object).bytes, as: UTF8.self) }

    /// A copy with another value of a member, or without the member if the value is null.
    func with(_ name: String, _ value: JSONValue) -> Assessment {
        var changed = JSONObject()
        var isThere = false
        for member in object.members {
            guard member.name == JSONName(name) else {
                _ = changed.insert(member.value, named: member.name)
                continue
            }
            isThere = true
            if value != .null { _ = changed.insert(value, named: member.name) }
        }
        if !isThere, value != .null { _ = changed.insert(value, named: JSONName(name)) }
        return Assessment(changed)
    }
}

extension WireRequest {
    /// A trace's description.
    fileprivate func trace(now: Int) throws -> Trace {
        let location = try object("trace_location")
        guard location.has("mlflow_experiment") else {
            throw ServerError(.invalidParameter, "Traces are kept in experiments only.")
        }
        let state = try optionalText("state") ?? Trace.State.unspecified.rawValue
        guard let state = Trace.State(rawValue: state) else {
            throw invalid("state", .string(state), "it must be a trace's state")
        }
        return Trace(
            id: try text("trace_id"),
            experimentID: try location.object("mlflow_experiment").experimentID(),
            requestTime: try time("request_time") ?? now,
            executionTime: try duration("execution_duration"),
            state: state,
            clientRequestID: try name("client_request_id"),
            requestPreview: try optionalText("request_preview"),
            responsePreview: try optionalText("response_preview"),
            metadata: try texts(of: "trace_metadata"),
            tags: try texts(of: "tags")
        )
    }

    private func time(_ name: String) throws(ServerError) -> Int? {
        guard let text = try optionalText(name) else { return nil }
        guard let time = WireTime.milliseconds(text) else {
            throw invalid(name, .string(text), "it must be a time such as 2026-01-31T12:00:00Z")
        }
        return time
    }

    private func duration(_ name: String) throws(ServerError) -> Int? {
        guard let text = try optionalText(name) else { return nil }
        guard text.hasSuffix("s"), let seconds = Double(text.dropLast()),
            let milliseconds = Int(exactly: (seconds * 1000).rounded())
        else { throw invalid(name, .string(text), "it must be seconds such as 1.5s") }
        return milliseconds
    }

    /// A new assessment of a trace, with the server's id and times.
    fileprivate func assessment(
        id: String,
        trace: String,
        now: Int
    ) throws -> Assessment {
        let given = try object("assessment")
        _ = try given.text("assessment_name")
        _ = try given.object("source")
        guard ["feedback", "expectation", "issue"].contains(where: { given.has($0) }) else {
            throw ServerError(
                .invalidParameter,
                "An assessment is feedback, an expectation or an issue; it has none of these."
            )
        }
        let stamp = JSONValue.string(WireTime.text(now))
        var assessment = Assessment(given.members)
            .with("assessment_id", .string(id)).with("trace_id", .string(trace))
        for time in ["create_time", "last_update_time"] where !given.has(time) {
            assessment = assessment.with(time, stamp)
        }
        return given.has("valid") ? assessment : assessment.with("valid", true)
    }

    /// The members of an assessment that a call changes: those named by its mask, else all.
    fileprivate func assessmentChanges() throws -> [(name: String, value: JSONValue)] {
        let changeable = [
            "assessment_name", "feedback", "expectation", "rationale", "metadata", "valid",
        ]
        let given = try object("assessment").members
        let mask = try optionalText("update_mask").map { mask in
            mask.split(separator: ",").map { Self.snake(String($0)) }
        }
        if let wrong = mask?.first(where: { !changeable.contains($0) }) {
            throw invalid("update_mask", .string(wrong), "that cannot be changed")
        }
        return (mask ?? changeable.filter { given[$0] != nil })
            .map { ($0, given[$0] ?? .null) }
    }

    /// A name in snake case, from the camel case of protocol buffers' field masks.
    private static func snake(_ name: String) -> String {
        name.reduce(into: "") { result, letter in
            if letter.isUppercase { result += "_" }
            result += letter.lowercased()
        }
    }
}

extension WireReply {
    static func trace(_ trace: Trace) -> JSONValue {
        var tags = trace.tags
        if let location = tags[Trace.artifactLocation] {
            tags[Trace.artifactLocation] = ArtifactLocation.wire(location)
        }
        let assessments = trace.assessments.compactMap { body -> JSONValue? in
            (try? Assessment(body)).map { .object($0.object) }
        }
        return [
            "trace_id": .string(trace.id),
            "client_request_id": trace.clientRequestID.map { .string($0) },
            "trace_location": [
                "type": "MLFLOW_EXPERIMENT",
                "mlflow_experiment": ["experiment_id": .string(String(trace.experimentID))],
            ],
            "request_preview": trace.requestPreview.map { .string($0) },
            "response_preview": trace.responsePreview.map { .string($0) },
            "request_time": .string(WireTime.text(trace.requestTime)),
            "execution_duration": trace.executionTime.map { .string("\(Double($0) / 1000)s") },
            "state": .string(trace.state.rawValue),
            "trace_metadata": map(trace.metadata),
            "tags": map(tags),
            "assessments": assessments.isEmpty ? nil : .array(assessments),
        ]
    }

    private static func map(_ texts: [TrackingKey: String]) -> JSONValue {
        var object = JSONObject()
        for (key, value) in texts.sorted(by: { $0.key < $1.key }) {
            _ = object.insert(.string(value), named: JSONName(key.text))
        }
        return .object(object)
    }
}
