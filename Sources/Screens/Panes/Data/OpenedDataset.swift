package import TerminalUI
package import Workspace

/// A dataset whose rows are shown, read one page at a time.
package struct OpenedDataset: Equatable, Sendable {
    /// Rows per page.
    package static let pageSize = 60

    /// The dataset.
    package let name: String
    /// Which of its records.
    package var part = DatasetPage.Part.training
    /// Whether its records are shown, or packs of them.
    package var layout = DatasetPage.Layout.records
    /// The list of rows, by their positions in the part.
    package var list = ListState<Int>(0)
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

    /// The selected row's position in the part.
    package var row: Int { list.selected ?? 0 }

    /// Selects a row by its position, whether it has been read or not.
    mutating func select(row: Int) { list = ListState(row) }

    /// The number of rows of the part; 0 until the first page has been read.
    package var count: Int { isPageCurrent ? page?.totalCount ?? 0 : 0 }

    /// Whether the rows that have been read are of the part and layout on the screen.
    var isPageCurrent: Bool { page.map { $0.part == part && $0.layout == layout } ?? false }

    /// The selected row, once it has been read.
    package var selected: DatasetPage.Row? { self[row] }

    /// A row by its position; nil while it has not been read.
    package subscript(place: Int) -> DatasetPage.Row? {
        guard let page, isPageCurrent else { return nil }
        let index = place - page.offset
        return page.rows.indices.contains(index) ? page.rows[index] : nil
    }

    /// The page around the selected row.
    package func wanted(for model: String?) -> DataQuery {
        let offset = max(0, row - OpenedDataset.pageSize / 2)
        return DataQuery(
            dataset: name,
            part: part,
            layout: layout,
            offset: offset,
            count: OpenedDataset.pageSize,
            model: model
        )
    }

    /// Whether the rows around the selected one have been read.
    package var isCovered: Bool {
        guard let page, isPageCurrent else { return false }
        let margin = OpenedDataset.pageSize / 6
        let low = max(0, row - margin)
        let high = min(page.totalCount, row + margin + 1)
        return low >= page.offset && high <= page.offset + page.rows.count
    }
}

/// A page of rows to read.
package struct DataQuery: Equatable, Sendable {
    package var dataset: String
    package var part: DatasetPage.Part
    package var layout: DatasetPage.Layout
    package var offset: Int
    package var count: Int
    /// The model whose tokenizer and template are used; nil for plain text.
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
