package import Datasets
import Presentation
import Workspace

/// The calls of the Data pane.
package enum DataWork {
    package static func page(_ query: DataQuery) -> Effect {
        .work("read rows", query) { workspace in
            let datasets = workspace.datasets
            let page =
                query.layout == .packed
                ? try datasets.packs(
                    query.dataset,
                    offset: query.offset,
                    count: query.count,
                    model: query.model
                )
                : try datasets.page(
                    query.dataset,
                    part: query.part,
                    offset: query.offset,
                    count: query.count,
                    model: query.model
                )
            return .data(.paged(page, query))
        } failed: {
            .data(.pageFailed($0, query))
        }
    }

    package static func add(_ path: String) -> Effect {
        .work("add dataset", path) {
            .data(.added(try $0.datasets.add(path: path), path: path))
        } failed: {
            .data(.addFailed($0, path: path))
        }
    }

    package static func convert(_ dataset: String, _ preparation: Preparation) -> Effect {
        .work("convert dataset", dataset, preparation) { workspace in
            let made = try workspace.datasets.convert(dataset, preparation: preparation)
            return .data(.converted(made, command: CommandText.convert(dataset, preparation)))
        }
    }

    package static func measure(_ dataset: String, model: String) -> Effect {
        .work("measure dataset", dataset, model, lane: .immediate) { workspace in
            workspace.datasets.measure(dataset, model: model)
            return nil
        }
    }
}
