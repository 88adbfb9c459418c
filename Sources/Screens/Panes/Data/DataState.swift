import Datasets
package import TerminalUI
package import Workspace

/// What the Data pane shows and remembers.
package struct DataState: Equatable, Sendable {
    /// The list of datasets.
    package var list = ListState<String>()
    /// The dataset whose rows are shown; nil while there is only the list.
    package var opened: OpenedDataset?
    /// The findings that are shown; nil while they are not.
    package var findings: ShownFindings?
    /// Whether the boundaries of a row's tokens are shown.
    package var showsTokens = false
    /// Shares measured so far, 0 to 1, of datasets whose tokens are being counted.
    package var measuring: [String: Double] = [:]
    /// Datasets whose measurement was started; it is not started twice.
    var measured: Set<String> = []

    package init() {}

    /// The datasets that match the filter.
    package func shown(in library: Library) -> [DatasetSummary] {
        let words = list.filter.text.lowercased().split(separator: " ")
        return (library.datasets ?? []).filter { dataset in
            let text = "\(dataset.name) \(dataset.format) \(dataset.origin.rawValue)".lowercased()
            return words.allSatisfy(text.contains)
        }
    }

    /// The selected dataset.
    package func selected(in library: Library) -> DatasetSummary? {
        let shown = shown(in: library)
        return list.position(in: shown.map(\.id)).map { shown[$0] }
    }

    /// The dataset that `t` trains on: the selected one, if it can be read.
    package func selectedForTraining(in library: Library) -> String? {
        selected(in: library).flatMap { $0.problem == nil ? $0.name : nil }
    }
}

/// What the lint found in a dataset, one finding of it selected.
package struct ShownFindings: Equatable, Sendable {
    /// The dataset.
    package let name: String
    /// The list of findings, by their positions.
    package var list = ListState<Int>(0)
    /// How far its description is scrolled.
    package var scroll = ScrollTextState()

    package init(name: String) { self.name = name }

    /// The selected finding's position.
    package var row: Int { list.selected ?? 0 }
}

extension DataState {
    /// The findings that are shown.
    func shownFindings(in library: Library) -> [LintFinding] {
        library.datasets?.first { $0.name == findings?.name }?.lint?.findings ?? []
    }

    /// The selected finding.
    func selectedFinding(in library: Library) -> LintFinding? {
        let shown = shownFindings(in: library)
        guard let row = findings?.row, shown.indices.contains(row) else { return nil }
        return shown[row]
    }
}
