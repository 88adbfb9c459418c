import Datasets
package import TerminalUI
import Workspace

extension DataState {
    package func keys(_ context: Context) -> KeyTable<Scene<DataState>, Action> {
        list.isFiltering ? Self.filterKeys : Self.listKeys
    }

    private static let category = "Data"

    private static let listKeys = KeyTable<Scene<DataState>, Action>([
        KeyBinding(
            "open-data",
            [.enter],
            "Show the rows, only the selected row, or the first row of a finding",
            category: category,
            hint: "open",
            disabledReason: { scene in
                if scene.state.findings != nil, scene.state.opened == nil {
                    let rows = scene.state.selectedFinding(in: scene.context.library)?.rows ?? []
                    return rows.isEmpty ? "the finding concerns no single row" : nil
                }
                guard let dataset = scene.selectedDataset else { return "no dataset is selected" }
                return dataset.problem.map { _ in "\(dataset.name) cannot be read" }
            }
        ) { _ in .data(.open) },
        KeyBinding(
            "train",
            ["t"],
            "Train on this dataset",
            category: category,
            hint: "train on this",
            disabledReason: { scene in
                if let dataset = scene.selectedDataset, dataset.problem != nil {
                    return "\(dataset.name) cannot be read"
                }
                return TrainForm.disabledReason(scene.context)
            }
        ) { scene in
            .run(.openForm(dataset: scene.state.selectedForTraining(in: scene.context.library)))
        },
        KeyBinding(
            "other-part",
            ["o"],
            "Show the held-out or the training rows",
            category: category,
            hint: "held-out",
            disabledReason: { scene in
                guard scene.state.opened != nil else { return "open a dataset first" }
                return scene.openedSummary?.heldOutCount == 0 ? "nothing is held out" : nil
            }
        ) { _ in .data(.otherPart) },
        KeyBinding(
            "findings",
            ["f"],
            "Show what the lint found",
            category: category,
            disabledReason: { scene in
                guard scene.state.findings == nil else { return nil }
                guard let dataset = scene.selectedDataset else { return "no dataset is selected" }
                guard let lint = dataset.lint else {
                    return "\(dataset.name) is not checked yet"
                }
                return lint.findings.isEmpty ? "nothing was found in \(dataset.name)" : nil
            }
        ) { _ in .data(.findings) },
        KeyBinding(
            "tokens",
            ["v"],
            "Show token boundaries, or hide them",
            category: category,
            disabledReason: { scene in
                scene.state.opened == nil ? "open a dataset first" : nil
            }
        ) { _ in .data(.tokens) },
        KeyBinding(
            "packs",
            ["p"],
            "Show rows as training packs them into sequences, or one by one",
            category: category,
            disabledReason: { scene in
                if scene.state.opened == nil { return "open a dataset first" }
                return scene.context.defaultModel == nil ? "there is no model to count tokens" : nil
            }
        ) { _ in .data(.packs) },
        KeyBinding(
            "clean",
            ["C"],
            "Copy the dataset with its texts cleaned",
            category: category,
            disabledReason: preparationObstacle
        ) { _ in
            var preparation = Preparation()
            preparation.cleaning = .korean
            return .data(.convert(preparation))
        },
        KeyBinding(
            "deduplicate",
            ["D"],
            "Copy the dataset without duplicates",
            category: category,
            disabledReason: preparationObstacle
        ) { _ in
            var preparation = Preparation()
            preparation.deduplication = .row
            return .data(.convert(preparation))
        },
        KeyBinding(
            "split",
            ["E"],
            "Copy the dataset with a share held out",
            category: category,
            disabledReason: { scene in
                if let obstacle = preparationObstacle(scene) { return obstacle }
                return scene.selectedDataset?.heldOutCount ?? 0 > 0 ? "some rows are held out" : nil
            }
        ) { _ in .data(.split) },
        KeyBinding(
            "add",
            ["a"],
            "Add a file",
            category: category,
            hint: "add a file",
            argument: "path",
            disabledReason: \.context.obstacle
        ) { _, path in .data(path.map { .addFile($0) } ?? .add) },
        KeyBinding("filter", ["/"], "Filter the list", category: category, hint: "filter") {
            _ in .data(.filter)
        },
    ])

    @Sendable private static func preparationObstacle(_ scene: Scene<DataState>) -> String? {
        if let obstacle = scene.context.obstacle { return obstacle }
        return scene.state.selectedForTraining(in: scene.context.library) == nil
            ? "no dataset is selected" : nil
    }

    private static let filterKeys = KeyTable<Scene<DataState>, Action>([
        KeyBinding("keep-filter", [.enter], "Keep the filter", category: category, hint: "keep") {
            _ in .data(.keepFilter)
        },
        KeyBinding("clear-filter", [.escape], "Clear the filter", category: category, hint: "clear")
        {
            _ in .screen(.stepOut)
        },
    ])
}

extension Scene<DataState> {
    /// The selected dataset.
    fileprivate var selectedDataset: DatasetSummary? { state.selected(in: context.library) }

    /// The dataset whose rows are shown, as the list has it.
    fileprivate var openedSummary: DatasetSummary? {
        state.opened.flatMap { opened in
            context.library.datasets?.first { $0.name == opened.name }
        }
    }
}
