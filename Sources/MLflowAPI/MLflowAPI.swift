package import HTTPServer
import Machine
import Platform
import Runs
package import Workspace

extension API {
    /// MLflow's REST API for a workspace: tracking, models and artifacts.
    ///
    /// - Parameter tokenFile: The path of the server's tokens; the owner of the file is responsible
    ///   for each of them.
    /// - Throws: ``ServerError`` if the artifacts cannot be opened.
    package static func mlflow(
        _ workspace: Workspace,
        tokenFile: String
    ) throws(ServerError) -> API {
        let artifacts: ArtifactFolder
        do { artifacts = try ArtifactFolder(path: workspace.layout.artifacts) } catch {
            throw ServerError(.inaccessible, error.message)
        }
        let services = Services(
            tracker: workspace.tracker,
            registry: workspace.registry,
            artifacts: artifacts,
            tokenFile: tokenFile
        )
        var api = API(routes: MLflowRoute.all.flatMap { $0.routes(services) }) { $0.mlflowReply }
        api.failure = { ServerError(translating: $0) }
        api.metrics = { try RunGauges(services.tracker).text }
        api.tidy = {
            // Also removes files of a killed server.
            services.artifacts.uploads.clear()
            SystemMemory.keepFreedMemory()
        }
        return api
    }
}
