import Presentation
import TerminalUI
import Workspace

extension AppState {
    mutating func reduce(_ action: DataAction) -> [Effect] {
        switch action {
        case .listed(let datasets):
            data.datasets = datasets
            data.selection.refresh(data.shown.map(\.id))
            if let opened = data.opened, !datasets.contains(where: { $0.name == opened.name }) {
                data.opened = nil
            }
            if data.shownFindings.isEmpty { data.findings = nil }
            return (data.listing.end() ? [.data(.list)] : []) + measureDatasets()
        case .listingFailed(let error):
            tell(error)
            return data.listing.end() ? [.data(.list)] : []
        case .paged(let page, let query): return paged(page, query)
        case .pageFailed(let error, let query):
            if query.dataset == data.opened?.name { data.opened?.problem = error }
            return endPaging(of: query)
        case .open: return openDataset()
        case .otherPart: return showOtherPart()
        case .findings:
            showFindings()
            return []
        case .tokens:
            data.showsTokens.toggle()
            data.opened?.scroll = ScrollTextState()
            return []
        case .packs: return showPacks()
        case .convert(let preparation):
            guard let name = data.selectedForTraining else { return [] }
            tell(Notice(.information, "Preparing \(name)"))
            return [.data(.convert(name, preparation))]
        case .split:
            askForShare()
            return []
        case .converted(let dataset, let command):
            let held = dataset.heldOutCount > 0 ? " and \(dataset.heldOutCount) held out" : ""
            tell(
                Notice(
                    .success,
                    "\(dataset.name) has \(dataset.trainingCount) rows to train on\(held)."
                ),
                command: command
            )
            return show(dataset)
        case .add:
            askForFile()
            return []
        case .addFile(let path):
            tell(Notice(.information, "Adding \(path)"))
            return [.data(.add(path: path))]
        case .added(let dataset, let path):
            tell(
                Notice(
                    .success,
                    "\(dataset.name) has \(dataset.trainingCount) rows to train on, read as "
                        + "\(dataset.format)."
                ),
                command: "workbench data add \(CommandText.quoted(path))"
            )
            return show(dataset)
        case .addFailed(let error, let path):
            tell(error)
            // What was typed is kept, to be mended.
            if overlay == nil, pane == .data { askForFile(path, problem: error) }
            return []
        case .filter:
            data.isFiltering = true
            data.filter.selectAll()
            return []
        case .keepFilter:
            data.isFiltering = false
            return []
        }
    }

    /// Reads the list of datasets, now or after the reading under way.
    mutating func refreshDatasets() -> [Effect] {
        data.listing.begin() ? [.data(.list)] : []
    }

    /// Has the tokens of a dataset counted that has no counts yet, one dataset at a time.
    mutating func measureDatasets() -> [Effect] {
        guard isOpen, data.measuring.isEmpty, let model = defaultModel?.name,
            let dataset = data.datasets?.first(where: {
                $0.statistics == nil && $0.problem == nil && !data.measured.contains($0.name)
            })
        else { return [] }
        data.measured.insert(dataset.name)
        data.measuring[dataset.name] = 0
        return [.data(.measure(dataset.name, model: model))]
    }

    /// Selects a row of the opened dataset and reads those around it where they are missing.
    mutating func moveRow(to row: Int) -> [Effect] {
        guard data.opened != nil else { return [] }
        let last = max(0, (data.opened?.count ?? 0) - 1)
        data.opened?.row = min(max(0, row), last)
        data.opened?.scroll = ScrollTextState()
        return readRows()
    }

    mutating func scrollText(by lines: Int) {
        guard var opened = data.opened, let row = opened.selected else { return }
        let area = DataLayout(self).text.insideBorder.inset(horizontally: 1)
        // Every set of glyphs takes as many columns.
        let text = RowText(showsTokens: data.showsTokens, glyphs: .braille)
        let total = text.paragraphs(of: row).lines(width: area.width).count
        opened.scroll.scroll(by: lines, total: total, visible: area.height)
        data.opened = opened
    }

    /// Puts a new dataset into the list and selects it.
    private mutating func show(_ dataset: DatasetSummary) -> [Effect] {
        data.filter = TextFieldState()
        var datasets = (data.datasets ?? []).filter { $0.name != dataset.name }
        datasets.append(dataset)
        data.datasets = datasets
        data.opened = nil
        data.findings = nil
        data.selection.select(dataset.name, in: data.shown.map(\.id))
        return refreshDatasets()
    }

    private mutating func openDataset() -> [Effect] {
        if data.opened != nil {
            data.opened?.isRowOpen.toggle()
            return []
        }
        if data.findings != nil { return openFinding() }
        guard let dataset = data.selected, dataset.problem == nil else { return [] }
        var opened = OpenedDataset(name: dataset.name)
        if dataset.trainingCount == 0, dataset.heldOutCount > 0 { opened.part = .heldOut }
        data.opened = opened
        return readRows()
    }

    private mutating func showOtherPart() -> [Effect] {
        guard let part = data.opened?.part else { return [] }
        data.opened?.part = part == .training ? .heldOut : .training
        data.opened?.layout = .records
        data.opened?.row = 0
        data.opened?.scroll = ScrollTextState()
        return readRows()
    }

    private mutating func showPacks() -> [Effect] {
        guard let layout = data.opened?.layout else { return [] }
        data.opened?.layout = layout == .packed ? .records : .packed
        data.opened?.part = .training
        data.opened?.row = 0
        data.opened?.problem = nil
        data.opened?.scroll = ScrollTextState()
        return readRows()
    }

    mutating func readRows() -> [Effect] {
        guard isOpen, let opened = data.opened, !opened.isCovered else { return [] }
        let query = opened.wanted(for: defaultModel?.name)
        return data.opened?.reading.begin() == true ? [.data(.page(query))] : []
    }

    private mutating func paged(_ page: DatasetPage, _ query: DataQuery) -> [Effect] {
        guard var opened = data.opened, query.dataset == opened.name else { return [] }
        if query.part == opened.part, query.layout == opened.layout {
            opened.page = page
            opened.problem = nil
            opened.row = min(opened.row, max(0, page.totalCount - 1))
        }
        data.opened = opened
        return endPaging(of: query)
    }

    /// Reads on when the selection has left what was asked for.
    private mutating func endPaging(of query: DataQuery) -> [Effect] {
        guard var opened = data.opened, query.dataset == opened.name else { return [] }
        let isAgain = opened.reading.end()
        let wanted = opened.wanted(for: defaultModel?.name)
        guard isAgain, wanted != query else {
            if isAgain { _ = opened.reading.end() }
            data.opened = opened
            return []
        }
        data.opened = opened
        return [.data(.page(wanted))]
    }

    private mutating func askForShare() {
        guard let name = data.selectedForTraining else { return }
        let prompt = TextPrompt(
            "Hold out of \(name)",
            hint: "a share of its rows, such as 0.1; a new dataset is made",
            text: "0.1",
            answer: .init("hold out") { text in
                var preparation = DatasetPreparation()
                preparation.heldOutShare = Double(text) ?? 0
                return .data(.convert(preparation))
            }
        )
        overlay = .prompt(prompt)
    }

    private mutating func askForFile(_ path: String? = nil, problem: WorkspaceError? = nil) {
        let prompt = TextPrompt(
            "Add a dataset",
            hint: "path of a .jsonl, .json, .csv, .txt or .md file; it is copied",
            typed: path,
            problem: problem,
            answer: .init("add") { .data(.addFile($0)) }
        )
        overlay = .prompt(prompt)
    }
}
