import HTTPServer
import Registry
import Workspace

/// What calls are answered from: the workspace's services, which the screen and the commands use, too.
struct Services: Sendable {
    /// Experiments, runs, logged models and traces.
    let tracker: TrackingService
    /// Registered models.
    let registry: RegistryService
    /// The files below `artifacts/`.
    let artifacts: ArtifactFolder
    /// The path of the file of tokens.
    let tokenFile: String
    /// Who makes the call, for the registry's history; nil for the user of this process.
    var author: Author?

    /// The same for a call of somebody.
    func called(by caller: AccessRules.Caller?) -> Services {
        guard let name = caller?.name, !name.isEmpty else { return self }
        var services = self
        services.author = .token(name, of: tokenFile)
        return services
    }
}
