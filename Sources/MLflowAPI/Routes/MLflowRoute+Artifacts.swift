import JSON
import Tracking
import Workspace

extension MLflowRoute {
    static let artifacts: [MLflowRoute] = [
        .get("artifacts/list") { request, services in
            let run = try services.tracker.run(request.runID(), details: [])
            return try services.artifacts.listing(
                of: run.artifactURI,
                below: request.optionalText("path")
            )
        }
    ]
}
