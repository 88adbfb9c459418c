import Presentation
import Runs
import TerminalUI
import Workspace

extension DataState {
    package mutating func reduce(_ action: DataAction, _ context: Context) -> [Effect] {
        switch action {
        case .paged(let page, let query): return paged(page, query, context)
        case .pageFailed(let error, let query):
            if query.dataset == opened?.name { opened?.problem = error }
            return endPaging(of: query, context)
        case .open: return openDataset(context)
        case .otherPart: return showOtherPart(context)
        case .findings: showFindings(context)
        case .tokens:
            showsTokens.toggle()
            opened?.scroll = ScrollTextState()
        case .packs: return showPacks(context)
        case .convert(let preparation):
            guard let name = selectedForTraining(in: context.library) else { return [] }
            return [
                .report(Notice(.information, "Preparing \(name)")),
                DataWork.convert(name, preparation),
            ]
        case .split:
            guard let name = selectedForTraining(in: context.library) else { return [] }
            return [.ask(.prompt(DataQuestions.share(of: name)))]
        case .converted(let dataset, let command):
            let held = dataset.heldOutCount > 0 ? " and \(dataset.heldOutCount) held out" : ""
            let words = "\(dataset.name) has \(dataset.trainingCount) rows to train on\(held)."
            return [.report(Notice(.success, words), command: command)] + show(dataset)
        case .add: return [.ask(.prompt(DataQuestions.file()))]
        case .addFile(let path):
            return [.report(Notice(.information, "Adding \(path)")), DataWork.add(path)]
        case .added(let dataset, let path):
            let words =
                "\(dataset.name) has \(dataset.trainingCount) rows to train on, read as "
                + "\(dataset.format)."
            return [.report(Notice(.success, words), command: CommandText.add(path))]
                + show(dataset)
        case .addFailed(let error, let path):
            // The prompt opens again with the text, so that it can be corrected.
            guard context.overlay == nil, context.pane == .data else { return [.report(error)] }
            return [.report(error), .ask(.prompt(DataQuestions.file(path, problem: error)))]
        case .filter: list.startFiltering()
        case .keepFilter: list.isFiltering = false
        }
        return []
    }

    /// Counts the tokens of the next dataset without statistics, one dataset at a time.
    mutating func measureDatasets(_ context: Context) -> [Effect] {
        guard context.isOpen, measuring.isEmpty, let model = context.defaultModel?.name,
            let dataset = context.library.datasets?.first(where: {
                $0.statistics == nil && $0.problem == nil && !measured.contains($0.name)
            })
        else { return [] }
        measured.insert(dataset.name)
        measuring[dataset.name] = 0
        return [DataWork.measure(dataset.name, model: model)]
    }

    /// Scrolls the text of the selected row.
    mutating func scrollText(by lines: Int, _ context: Context) {
        guard let row = opened?.selected else { return }
        let area = DataLayout(self, context).text.insideBorder.inset(horizontally: 1)
        // All sets of glyphs take the same number of columns.
        let text = RowText(showsTokens: showsTokens, glyphs: .braille)
        let total = text.paragraphs(of: row).lines(width: area.width).count
        opened?.scroll.scroll(by: lines, total: total, visible: area.height)
    }

    /// Puts a new dataset into the list and selects it.
    private mutating func show(_ dataset: DatasetSummary) -> [Effect] {
        list.filter = TextFieldState()
        opened = nil
        findings = nil
        list.select(dataset.name, in: [dataset.name])
        return [.send(.library(.insertDataset(dataset))), .refresh(.datasets)]
    }

    private mutating func openDataset(_ context: Context) -> [Effect] {
        if opened != nil {
            opened?.isRowOpen.toggle()
            return []
        }
        if findings != nil { return openFinding(context) }
        guard let dataset = selected(in: context.library), dataset.problem == nil else { return [] }
        var opened = OpenedDataset(name: dataset.name)
        if dataset.trainingCount == 0, dataset.heldOutCount > 0 { opened.part = .heldOut }
        self.opened = opened
        return readRows(context)
    }

    private mutating func showOtherPart(_ context: Context) -> [Effect] {
        guard let part = opened?.part else { return [] }
        opened?.part = part == .training ? .heldOut : .training
        opened?.layout = .records
        opened?.select(row: 0)
        opened?.scroll = ScrollTextState()
        return readRows(context)
    }

    private mutating func showPacks(_ context: Context) -> [Effect] {
        guard let layout = opened?.layout else { return [] }
        opened?.layout = layout == .packed ? .records : .packed
        opened?.part = .training
        opened?.select(row: 0)
        opened?.problem = nil
        opened?.scroll = ScrollTextState()
        return readRows(context)
    }

    /// Reads the rows around the selected one if they are missing.
    mutating func readRows(_ context: Context) -> [Effect] {
        guard context.isOpen, let opened, !opened.isCovered else { return [] }
        let query = opened.wanted(for: context.defaultModel?.name)
        return self.opened?.reading.begin() == true ? [DataWork.page(query)] : []
    }

    private mutating func paged(
        _ page: DatasetPage,
        _ query: DataQuery,
        _ context: Context
    ) -> [Effect] {
        guard var opened, query.dataset == opened.name else { return [] }
        if query.part == opened.part, query.layout == opened.layout {
            opened.page = page
            opened.problem = nil
            if opened.row >= page.totalCount { opened.select(row: max(0, page.totalCount - 1)) }
        }
        self.opened = opened
        return endPaging(of: query, context)
    }

    /// Reads again if the selection has left the rows that were read.
    private mutating func endPaging(of query: DataQuery, _ context: Context) -> [Effect] {
        guard var opened, query.dataset == opened.name else { return [] }
        defer { self.opened = opened }
        guard opened.reading.end() else { return [] }
        let wanted = opened.wanted(for: context.defaultModel?.name)
        guard wanted != query else {
            _ = opened.reading.end()
            return []
        }
        return [DataWork.page(wanted)]
    }
}
