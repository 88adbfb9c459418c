package import TerminalUI
import Workspace

extension DataPane {
    package static func keys(in state: AppState) -> KeyTable<AppState, Action> {
        state.data.isFiltering ? filterKeys : listKeys
    }

    private static let category = "Data"

    private static let listKeys = KeyTable<AppState, Action>([
        KeyBinding(
            "open-data",
            [.enter],
            "Show the rows, the selected row alone, or the first row of a finding",
            category: category,
            hint: "open",
            disabledReason: { state in
                if state.data.findings != nil, state.data.opened == nil {
                    let rows = state.data.selectedFinding?.rows ?? []
                    return rows.isEmpty ? "the finding concerns no single row" : nil
                }
                guard let dataset = state.data.selected else { return "no dataset is selected" }
                return dataset.problem.map { _ in "\(dataset.name) cannot be read" }
            }
        ) { _ in .data(.open) },
        KeyBinding(
            "train",
            ["t"],
            "Train on this dataset",
            category: category,
            hint: "train on this",
            disabledReason: { state in
                if let dataset = state.data.selected, dataset.problem != nil {
                    return "\(dataset.name) cannot be read"
                }
                return TrainForm.disabledReason(state)
            }
        ) { state in .run(.openForm(dataset: state.data.selectedForTraining)) },
        KeyBinding(
            "other-part",
            ["o"],
            "Show the held-out or the training rows",
            category: category,
            hint: "held-out",
            disabledReason: { state in
                guard state.data.opened != nil else { return "open a dataset first" }
                return state.data.openedSummary?.heldOutCount == 0 ? "nothing is held out" : nil
            }
        ) { _ in .data(.otherPart) },
        KeyBinding(
            "findings",
            ["f"],
            "Show what the lint found",
            category: category,
            disabledReason: { state in
                guard state.data.findings == nil else { return nil }
                guard let dataset = state.data.selected else { return "no dataset is selected" }
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
            disabledReason: { state in
                state.data.opened == nil ? "open a dataset first" : nil
            }
        ) { _ in .data(.tokens) },
        KeyBinding(
            "packs",
            ["p"],
            "Show rows as training packs them into sequences, or one by one",
            category: category,
            disabledReason: { state in
                if state.data.opened == nil { return "open a dataset first" }
                return state.defaultModel == nil ? "there is no model to count tokens" : nil
            }
        ) { _ in .data(.packs) },
        KeyBinding(
            "clean",
            ["C"],
            "Copy the dataset with its texts cleaned",
            category: category,
            disabledReason: preparationObstacle
        ) { _ in
            var preparation = DatasetPreparation()
            preparation.cleaning = "korean"
            return .data(.convert(preparation))
        },
        KeyBinding(
            "deduplicate",
            ["D"],
            "Copy the dataset without duplicates",
            category: category,
            disabledReason: preparationObstacle
        ) { _ in
            var preparation = DatasetPreparation()
            preparation.deduplication = "row"
            return .data(.convert(preparation))
        },
        KeyBinding(
            "split",
            ["E"],
            "Copy the dataset with a share held out",
            category: category,
            disabledReason: { state in
                if let obstacle = preparationObstacle(state) { return obstacle }
                return state.data.selected?.heldOutCount ?? 0 > 0 ? "some rows are held out" : nil
            }
        ) { _ in .data(.split) },
        KeyBinding(
            "add",
            ["a"],
            "Add a file",
            category: category,
            hint: "add a file",
            argument: "path",
            disabledReason: \.obstacle
        ) { _, path in .data(path.map { .addFile($0) } ?? .add) },
        KeyBinding("filter", ["/"], "Filter the list", category: category, hint: "filter") {
            _ in .data(.filter)
        },
    ])

    @Sendable private static func preparationObstacle(_ state: AppState) -> String? {
        if let obstacle = state.obstacle { return obstacle }
        return state.data.selectedForTraining == nil ? "no dataset is selected" : nil
    }

    private static let filterKeys = KeyTable<AppState, Action>([
        KeyBinding("keep-filter", [.enter], "Keep the filter", category: category, hint: "keep") {
            _ in .data(.keepFilter)
        },
        KeyBinding("clear-filter", [.escape], "Clear the filter", category: category, hint: "clear")
        {
            _ in .screen(.stepOut)
        },
    ])
}

extension DataState {
    /// The dataset whose rows are shown, as the list has it.
    var openedSummary: DatasetSummary? {
        opened.flatMap { opened in datasets?.first { $0.name == opened.name } }
    }
}
