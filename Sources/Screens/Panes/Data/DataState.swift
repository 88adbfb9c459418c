package import TerminalUI
package import Workspace

/// What the Data pane shows and remembers.
package struct DataState: Equatable, Sendable {
    /// All datasets; nil before they have been read.
    package var datasets: [DatasetSummary]?
    /// The selected dataset.
    package var selection = ListSelection<String>()
    /// What narrows the list down.
    package var filter = TextFieldState()
    /// Whether the filter takes the keys.
    package var isFiltering = false
    /// The dataset whose rows are shown; nil while there is only the list.
    package var opened: OpenedDataset?
    /// The findings that are shown; nil while they are not.
    package var findings: ShownFindings?
    /// Whether a row's tokens are told apart.
    package var showsTokens = false
    /// Shares measured so far, 0 to 1, of datasets whose tokens are being counted.
    package var measuring: [String: Double] = [:]
    /// Datasets whose measurement was asked for; it is not asked for twice.
    var measured: Set<String> = []
    var listing = Refresh()

    package init() {}

    /// The datasets that fit the filter.
    package var shown: [DatasetSummary] {
        let words = filter.text.lowercased().split(separator: " ")
        return (datasets ?? []).filter { dataset in
            let text = "\(dataset.name) \(dataset.format) \(dataset.origin.rawValue)".lowercased()
            return words.allSatisfy(text.contains)
        }
    }

    /// The selected dataset.
    package var selected: DatasetSummary? {
        let shown = shown
        return selection.position(in: shown.map(\.id)).map { shown[$0] }
    }

    /// The dataset that `t` trains on: the selected one, if it can be trained on.
    package var selectedForTraining: String? {
        selected.flatMap { $0.problem == nil ? $0.name : nil }
    }
}

/// What the lint found in a dataset, one finding of it selected.
package struct ShownFindings: Equatable, Sendable {
    /// The dataset.
    package let name: String
    /// The selected finding's place.
    package var row = 0
    /// How far its description is scrolled.
    package var scroll = ScrollTextState()

    package init(name: String) { self.name = name }
}

extension DataState {
    /// The findings that are shown, as the list of datasets has them.
    var shownFindings: [DatasetLintReport.Finding] {
        let dataset = datasets?.first { $0.name == findings?.name }
        return dataset?.lint?.findings ?? []
    }

    /// The selected finding.
    var selectedFinding: DatasetLintReport.Finding? {
        guard let row = findings?.row, shownFindings.indices.contains(row) else { return nil }
        return shownFindings[row]
    }
}

/// A dataset whose rows are shown, a stretch of them at a time.
package struct OpenedDataset: Equatable, Sendable {
    /// Rows read at a time.
    package static let stretch = 60

    /// The dataset.
    package let name: String
    /// Which of its records.
    package var part = DatasetPage.Part.training
    /// Whether its records are shown, or packs of them.
    package var layout = DatasetPage.Layout.records
    /// The selected row's place in the part.
    package var row = 0
    /// How far the selected row's text is scrolled.
    package var scroll = ScrollTextState()
    /// Whether the selected row's text covers the list.
    package var isRowOpen = false
    /// The rows that have been read.
    package var page: DatasetPage?
    /// Why rows cannot be read.
    package var problem: WorkspaceError?
    var reading = Refresh()

    package init(name: String) { self.name = name }

    /// The rows of the part, as far as they are known.
    package var count: Int { isPageCurrent ? page?.totalCount ?? 0 : 0 }

    /// Whether the rows that have been read are those that are to be shown.
    var isPageCurrent: Bool { page.map { $0.part == part && $0.layout == layout } ?? false }

    /// The selected row, once it has been read.
    package var selected: DatasetPage.Row? { self[row] }

    /// A row by its place; nil while it has not been read.
    package subscript(place: Int) -> DatasetPage.Row? {
        guard let page, isPageCurrent else { return nil }
        let index = place - page.offset
        return page.rows.indices.contains(index) ? page.rows[index] : nil
    }

    /// The stretch to read so that the selected row and those around it are there.
    package func wanted(for model: String?) -> DataQuery {
        let offset = max(0, row - OpenedDataset.stretch / 2)
        return DataQuery(
            dataset: name,
            part: part,
            layout: layout,
            offset: offset,
            count: OpenedDataset.stretch,
            model: model
        )
    }

    /// Whether the rows around the selected one have been read.
    package var isCovered: Bool {
        guard let page, isPageCurrent else { return false }
        let margin = OpenedDataset.stretch / 6
        let low = max(0, row - margin)
        let high = min(page.totalCount, row + margin + 1)
        return low >= page.offset && high <= page.offset + page.rows.count
    }
}

/// A stretch of rows to be read.
package struct DataQuery: Equatable, Sendable {
    package var dataset: String
    package var part: DatasetPage.Part
    package var layout: DatasetPage.Layout
    package var offset: Int
    package var count: Int
    /// The model as which it reads; nil for plain text.
    package var model: String?

    package init(
        dataset: String,
        part: DatasetPage.Part,
        layout: DatasetPage.Layout = .records,
        offset: Int,
        count: Int,
        model: String?
    ) {
        self.dataset = dataset
        self.part = part
        self.layout = layout
        self.offset = offset
        self.count = count
        self.model = model
    }
}
