import HTTPServer
import JSON
import Platform
import Runs
import Tracking
import Workspace

/// What a token that is limited to a run may write: that run, runs nested below it, what they log as
/// models, their artifacts, and new traces.
struct RunScope {
    private let run: String
    private let services: Services

    /// The limit of a caller; nil if it has none.
    init?(_ caller: AccessRules.Caller?, _ services: Services) {
        guard let run = caller?.run else { return nil }
        self.run = run
        self.services = services
    }

    /// Checks a call that writes to the database.
    ///
    /// - Throws: ``ServerError`` with the code `denied`.
    func check(
        _ request: WireRequest,
        _ path: String,
        _ method: Route.Method
    ) throws {
        guard method != .delete || !path.hasPrefix("traces") else { throw denied }
        switch path {
        case "runs/delete", "runs/restore": throw denied
        // Traces belong to no run; they can be added, not removed.
        case "traces", "traces/{trace_id}/tags", "traces/{trace_id}/assessments": return
        case "runs/create":
            let parent = try request.tags().last { $0.key == RunTag.parent }?.value
            guard parent == run else { throw denied }
        case "logged-models":
            guard let source = try request.name("source_run_id"), try includes(source) else {
                throw denied
            }
        case _ where path.hasPrefix("logged-models/{model_id}"):
            let model = try services.tracker.loggedModel(request.text("model_id"))
            guard let source = model.sourceRun, try includes(source) else { throw denied }
        default:
            guard request.has("run_id") || request.has("run_uuid"), try includes(request.runID())
            else { throw denied }
        }
    }

    /// Checks a call that writes a file.
    func check(_ call: Call, _ method: Route.Method) throws {
        guard !call.rest.isEmpty else {
            let query = WireRequest(query: call.query)
            guard let named = try query.name("run_uuid") ?? query.name("run_id"),
                try includes(named)
            else { throw denied }
            return
        }
        // EXPERIMENT/RUN/artifacts/…, or EXPERIMENT/models/MODEL/artifacts/…
        let names = try ArtifactPath(encoded: call.rest).names
        guard names.count > 2 else { throw denied }
        if names[1] == "traces", method == .put { return }
        let owner =
            names[1] == "models"
            ? try services.tracker.loggedModel(names[2]).sourceRun : names[1]
        guard let owner, try includes(owner) else { throw denied }
    }

    /// Whether a run is the one, or nested below it.
    private func includes(_ other: String) throws -> Bool {
        if other == run { return true }
        guard let record = try? services.tracker.run(other, details: .tags) else { return false }
        return record.tags[RunTag.parent] == run
    }

    private var denied: ServerError {
        ServerError(.denied, "This token may write to run \(run) only, and to runs below it.")
    }
}
