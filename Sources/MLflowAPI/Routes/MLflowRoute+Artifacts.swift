import JSON
import Tracking

extension MLflowRoute {
    static let artifacts: [MLflowRoute] = [
        .get("artifacts/list") { request, tracker in
            let run = try tracker.store.run(request.runID(), details: [])
            return try tracker.artifacts.listing(
                of: run.artifactURI,
                below: request.optionalText("path")
            )
        }
    ]
}
