import HTTPServer
import Registry
import Tracking
import Workspace

/// What the calls are answered from.
struct Tracker: Sendable {
    let store: TrackingStore
    let registry: ModelRegistry
    /// What may be done: routes change runs and experiments by it.
    let rules: RuleBook
    let artifacts: ArtifactFolder
    /// The path of the file of tokens.
    let tokenFile: String
    /// Who makes the call, for the registry's history.
    var author: Author?

    /// The same for a call of somebody.
    func called(by caller: AccessRules.Caller?) -> Tracker {
        guard let name = caller?.name, !name.isEmpty else { return self }
        var tracker = self
        tracker.author = .token(name, of: tokenFile)
        return tracker
    }
}
