import Platform
import Runs
package import Tracking
import Workspace

/// The calls that read the library's lists and download base models.
package enum LibraryWork {
    package static func read(_ list: Library.List) -> Effect {
        .work("read list", list) { workspace in
            switch list {
            case .runs: .library(.runPage(try workspace.runs.page(limit: firstRuns)))
            case .datasets: .library(.datasets(try workspace.datasets.list()))
            case .models: .library(.models(try workspace.models.list()))
            case .registered: .library(try registered(in: workspace.registry))
            case .targets:
                .library(
                    .targets(
                        try workspace.chat.choices(),
                        standard: try workspace.chat.defaultChoice()
                    )
                )
            case .alerts: .library(.alerts(try workspace.alerts.list()))
            case .flows: .library(.flowRuns(try workspace.flows.list()))
            }
        } failed: {
            .library(.failed(list, $0))
        }
    }

    /// Reads the runs behind a position.
    package static func readRuns(after position: RunPosition) -> Effect {
        .work("read runs", position.id) {
            .library(.runPage(try $0.runs.page(after: position, limit: moreRuns)))
        } failed: {
            .library(.failed(.runs, $0))
        }
    }

    /// Reads some runs again.
    package static func readRuns(_ ids: [String]) -> Effect {
        .work("read changed runs", ids) {
            .library(.runsAgain(try $0.runs.listed(ids), ids: ids))
        } failed: {
            .library(.runsAgainFailed($0))
        }
    }

    /// The runs of the first part, which the list opens with.
    private static let firstRuns = 200
    /// The runs of each later part; keys and other reads wait for one at most.
    private static let moreRuns = 1000

    package static func readFlow(_ id: String) -> Effect {
        .work("read flow run", id) { workspace in
            .library(.flowRun(try workspace.flows.find(id), id: id))
        } failed: {
            $0.code == .notFound
                ? .library(.flowRun(nil, id: id)) : .library(.flowRunFailed($0, id: id))
        }
    }

    package static func pull(_ model: String) -> Effect {
        .work("pull model", model, lane: .immediate) { workspace in
            workspace.models.pull(model)
            return nil
        }
    }

    package static func cancelPull(_ model: String) -> Effect {
        .work("cancel pull", model, lane: .immediate) { workspace in
            workspace.models.cancelPull(model)
            return nil
        }
    }

    private static func registered(in registry: RegistryService) throws -> LibraryAction {
        let models = try registry.list()
        let rollbacks = models.map { ($0.name, rollback(of: $0.name, in: registry)) }
        return .registered(
            models,
            rollbacks: Dictionary(rollbacks, uniquingKeysWith: { first, _ in first }),
            board: try registry.board()
        )
    }

    private static func rollback(of name: String, in registry: RegistryService) -> Rollback {
        do {
            return .possible(try registry.rollbackPlan(name))
        } catch {
            return .impossible(WorkspaceError(error).message)
        }
    }
}
