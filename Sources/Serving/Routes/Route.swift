import Hummingbird
import JSON
import Registry
import Tracking
import Workspace

/// One call of MLflow's REST API.
package struct Route: Sendable {
    /// Who may make it.
    package enum Need: Sendable, Equatable { case read, write }

    /// Answers a call from its parameters.
    typealias Answer = @Sendable (WireRequest, Tracker) throws -> JSONValue

    let method: HTTPRequest.Method
    /// Behind `/api/2.0/mlflow/`; names in braces are parameters.
    let path: String
    let need: Need
    /// Answers the call; runs on a thread that may wait for the disk.
    let answer: Answer

    static func get(_ path: String, _ answer: @escaping Answer) -> Route {
        Route(method: .get, path: path, need: .read, answer: answer)
    }

    /// A question that is too long for a query.
    static func ask(_ path: String, _ answer: @escaping Answer) -> Route {
        Route(method: .post, path: path, need: .read, answer: answer)
    }

    static func post(_ path: String, _ answer: @escaping Answer) -> Route {
        Route(method: .post, path: path, need: .write, answer: answer)
    }

    static func patch(_ path: String, _ answer: @escaping Answer) -> Route {
        Route(method: .patch, path: path, need: .write, answer: answer)
    }

    static func delete(_ path: String, _ answer: @escaping Answer) -> Route {
        Route(method: .delete, path: path, need: .write, answer: answer)
    }

    /// All of them.
    static let all =
        experiments + datasets + runs + metrics + artifacts + loggedModels + registeredModels
        + modelVersions + traces
}

/// What the calls are answered from.
struct Tracker: Sendable {
    let store: TrackingStore
    let registry: ModelRegistry
    /// What may be done: routes change runs and experiments by it.
    let rules: RuleBook
    let artifacts: ArtifactFolder
    /// Who makes the call, for the registry's history.
    var author: Author?
}
