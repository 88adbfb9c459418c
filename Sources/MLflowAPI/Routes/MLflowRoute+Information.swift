import HTTPServer
import JSON
import Platform

extension MLflowRoute {
    /// Information about the server.
    static let information: [MLflowRoute] = [
        .call(.get, "", at: .root, role: .read) { _, services in
            try RunsPage(services.tracker).reply
        },
        .call(.get, "health", at: .root, role: nil) { _, _ in .text("OK") },
        .call(.get, "version", at: .root, role: nil) { _, _ in .text(version) },
        .call(.get, "server-info", at: .newestAPI, role: nil) { _, _ in
            .json([
                "store_type": "SqlStore", "workspaces_enabled": false,
                "multipart_uploads_enabled": false, "multipart_downloads_enabled": false,
                "artifacts_presigned_only": false,
            ])
        },
        .call(.post, "v1/traces", at: .root, role: .write) { _, _ in
            throw ServerError(
                .notImplemented,
                "REST OTLP span logging is not supported; traces come by api/3.0/mlflow/traces."
            )
        },
        .call(.get, "metrics", at: .root, role: .read) { call, _ in
            .text(try call.metrics(), type: "text/plain; version=0.0.4; charset=utf-8")
        },
    ]

    /// The version of MLflow's API; clients send spans by OpenTelemetry to servers from 3.4 on.
    private static let version = "3.3.2"
}
