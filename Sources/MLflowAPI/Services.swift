import HTTPServer
import Registry
import Workspace

/// The workspace's services for routes, the same ones that the screen and the commands use.
struct Services: Sendable {
    /// Experiments, runs, logged models and traces.
    let tracker: TrackingService
    /// Registered models.
    let registry: RegistryService
    /// The files below `artifacts/`.
    let artifacts: ArtifactFolder
    /// The path of the file of tokens.
    let tokenFile: String
    /// The author of changes, for the registry's history; nil for the user of this process.
    var author: Author?

    /// The services for a call of a caller.
    func called(by caller: AccessRules.Caller?) -> Services {
        guard let name = caller?.name, !name.isEmpty else { return self }
        var services = self
        services.author = .token(name, of: tokenFile)
        return services
    }
}
