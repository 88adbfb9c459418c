import Datasets
import Glibc
import Platform
import Runs
import Testing
import TestModels
import Training
import Workspace

@Suite struct DatasetServiceTests {
    @Test func aNewWorkspaceListsTheSampleData() throws {
        try TestWorkspace.with { test in
            try Files.makeFolder("\(test.folder)/sample-data/faq")
            try TestWorkspace.write(
                TestWorkspace.rows(5),
                to: "\(test.folder)/sample-data/faq/train.jsonl"
            )
            try TestWorkspace.write(
                TestWorkspace.rows(2),
                to: "\(test.folder)/sample-data/faq/validation.jsonl"
            )
            try test.opened { workspace in
                let listed = try workspace.datasets.list()
                #expect(listed.map(\.name) == ["faq"])
                #expect(listed.first?.origin == .sample)
                #expect(listed.first?.trainingCount == 5)
                #expect(listed.first?.heldOutCount == 2)
                #expect(listed.first?.format == "messages")
            }
        }
    }

    @Test func addedDataIsACopyKeptOnce() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let added = try workspace.datasets.add(path: test.data)
                #expect(added.path.hasPrefix("\(test.home)/datasets/\(added.digest)/"))
                #expect(try workspace.datasets.add(path: test.data).path == added.path)
                unlink(test.data)
                #expect(try workspace.datasets.list() == [added])
                #expect(try workspace.datasets.find("facts").trainingCount == 12)
            }
        }
    }

    @Test func aNameIsTheContentThatWasAddedLast() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                // In whatever order their digests are.
                var earlier: [DatasetSummary] = []
                for count in 3...6 {
                    let path = "\(test.folder)/rows \(count).jsonl"
                    try TestWorkspace.write(TestWorkspace.rows(count), to: path)
                    let added = try workspace.datasets.add(path: path, name: "자료")
                    #expect(added.name == "자료")
                    #expect(try workspace.datasets.find("자료").digest == added.digest)
                    for other in earlier {
                        let name = "자료@\(other.digest.prefix(8))"
                        #expect(try workspace.datasets.find(name).digest == other.digest)
                    }
                    #expect(try workspace.datasets.list().map(\.digest).first == added.digest)
                    earlier.append(added)
                }
            }
        }
    }

    @Test func brokenDataNamesItsLine() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/broken.jsonl"
            try TestWorkspace.write(TestWorkspace.rows(2) + "{\"messages\":[\n", to: path)
            try test.opened { workspace in
                let found = try workspace.datasets.find(path)
                #expect(found.problem?.contains("broken.jsonl:3") == true)
                let unread = #expect(throws: WorkspaceError.self) {
                    try workspace.datasets.page("\(test.folder)/broken.jsonl")
                }
                #expect(unread?.message.contains("broken.jsonl:3") == true)
                #expect(unread?.message.contains(" hint: ") == false)
                #expect(throws: WorkspaceError.self) { try workspace.datasets.add(path: path) }
                let datasets = try workspace.datasets.list()
                #expect(datasets.isEmpty)
            }
        }
    }

    @Test func aFileThatIsNoDataIsRefusedWithASeparateHint() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/notes.xlsx"
            try TestWorkspace.write("a", to: path)
            try test.opened { workspace in
                var request = test.request(steps: 1)
                request.dataset = path
                for refused in [
                    #expect(throws: WorkspaceError.self) { try workspace.datasets.page(path) },
                    #expect(throws: WorkspaceError.self) { try workspace.runs.start(request) },
                ] {
                    #expect(refused?.message.contains(" hint: ") == false)
                    #expect(refused?.hint?.isEmpty == false)
                }
                let nameless = #expect(throws: WorkspaceError.self) {
                    try workspace.datasets.find("")
                }
                #expect(nameless?.message == "There is no dataset \"\".")
            }
        }
    }

    @Test func rowsComeAsTheModelSeesThem() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let page = try workspace.datasets.page(
                    test.data,
                    offset: 10,
                    count: 5,
                    model: test.model
                )
                #expect(page.totalCount == 12)
                #expect(page.rows.map(\.index) == [10, 11])
                let row = try #require(page.rows.first)
                #expect(
                    row.tokens.map(\.text).joined()
                        == "<|im_start|>user\nwhat is 10?<|im_end|>\n"
                        + "<|im_start|>assistant\nit is 2<|im_end|>\n"
                )
                let learnt = row.tokens.filter(\.isTarget).map(\.text).joined()
                #expect(learnt == "it is 2<|im_end|>\n")
                #expect(row.tokens.filter(\.isControl).count == 4)
                #expect(row.source.hasSuffix("facts.jsonl:11"))
                #expect(row.problem == nil)
            }
        }
    }

    @Test func withoutAModelRowsComeAsText() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let page = try workspace.datasets.page(test.data, count: 1)
                #expect(page.model == nil)
                #expect(
                    page.rows.first?.tokens.map(\.text).joined()
                        == "user: what is 0?\nassistant: it is 0\n"
                )
            }
        }
    }

    @Test func tokensAreCountedInTheBackground() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                _ = try workspace.datasets.add(path: test.data)
                workspace.datasets.measure("facts", model: test.model, sequenceLength: 50)
                #expect(
                    events.first { $0 == .datasetMeasured(dataset: "facts", fraction: 1) } != nil
                )
                let statistics = try #require(workspace.datasets.find("facts").statistics)
                let page = try workspace.datasets.page("facts", model: test.model)
                #expect(statistics.tokens == page.rows.reduce(0) { $0 + $1.tokens.count })
                #expect(statistics.targetTokens == page.rows.reduce(0) { $0 + $1.targetCount })
                #expect(statistics.tooLong == page.rows.count { $0.tokens.count > 50 })
                #expect(statistics.maximumTokens == page.rows.map(\.tokens.count).max())
                #expect(statistics.lengths.reduce(0) { $0 + $1.count } == 12)
                #expect(try workspace.datasets.find("facts").lint?.rows == 12)
            }
            // Another process finds the counts.
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                workspace.datasets.measure("facts", model: test.model, sequenceLength: 50)
                #expect(
                    events.first { $0 == .datasetMeasured(dataset: "facts", fraction: 1) } != nil
                )
                #expect(
                    !events.all.contains { event in
                        if case .datasetMeasured(_, let fraction) = event {
                            fraction < 1
                        } else {
                            false
                        }
                    }
                )
                let again = try workspace.datasets.find("facts")
                #expect(again.statistics?.sequenceLength == 50 && again.lint != nil)
            }
        }
    }

    // MARK: Preparing

    private static let foreign = """
        {"q":"가ㆍ나는?","a":"1","page":"p"}
        {"q":"가·나는?","a":"1","page":"p"}
        {"q":"다는?","a":"2","page":"q"}

        """

    @Test func preparedRowsAreADatasetThatRecordsItsSource() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/foreign.jsonl"
            try TestWorkspace.write(Self.foreign, to: path)
            try test.opened { workspace in
                let datasets = workspace.datasets
                #expect(throws: WorkspaceError.self) { try datasets.add(path: path) }
                let preparation = try Preparation(
                    mapping: "instruction=q,output=a",
                    cleaning: "korean",
                    deduplication: "row"
                )
                let added = try datasets.add(path: path, preparation: preparation)
                #expect(added.name == "foreign" && added.format == "messages")
                #expect(added.trainingCount == 2)
                let history = try #require(try datasets.history(of: "foreign"))
                #expect(history.source == path && history.sourceFormat == "alpaca")
                #expect(history.sourceDigest != added.digest)
                #expect(history.steps.map(\.kind) == ["map", "clean", "deduplicate"])
                let counts = history.steps.last?.counts ?? []
                #expect(counts.map(\.name) == ["rows removed"] && counts.map(\.count) == [1])
                #expect(try datasets.add(path: path, preparation: preparation).path == added.path)
            }
        }
    }

    @Test func aConvertedDatasetContinuesTheHistory() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/rows.jsonl"
            try TestWorkspace.write(TestWorkspace.rows(60), to: path)
            try test.opened { workspace in
                let datasets = workspace.datasets
                let added = try datasets.add(path: path)
                #expect(try datasets.history(of: "rows")?.steps.isEmpty == true)
                var split = Preparation()
                split.heldOut = HeldOutShare(0.2)
                let made = try datasets.convert("rows", preparation: split)
                #expect(made.name == "rows-split" && made.digest != added.digest)
                #expect(made.trainingCount + made.heldOutCount == 60 && made.heldOutCount > 0)
                let history = try #require(try datasets.history(of: "rows-split"))
                #expect(history.source == path && history.steps.map(\.kind) == ["split"])
                #expect(try datasets.list().map(\.name).sorted() == ["rows", "rows-split"])
                let error = #expect(throws: WorkspaceError.self) {
                    try datasets.convert("rows", preparation: Preparation())
                }
                #expect(error?.code == .invalid)
            }
        }
    }

    @Test func brokenRowsAreNamedEachOrLeftOutWhenAsked() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/broken.jsonl"
            try TestWorkspace.write("{\n" + TestWorkspace.rows(2) + "{}\n", to: path)
            try test.opened { workspace in
                let error = #expect(throws: WorkspaceError.self) {
                    try workspace.datasets.add(path: path)
                }
                #expect(error?.message.contains("; 1 more row is broken") == true)
                #expect(error?.details?.count == 2)
                #expect(error?.details?.last?.contains("broken.jsonl:4: ") == true)
                var preparation = Preparation()
                preparation.leavesBrokenRowsOut = true
                let added = try workspace.datasets.add(path: path, preparation: preparation)
                #expect(added.trainingCount == 2)
                let steps = try workspace.datasets.history(of: added.path)?.steps
                #expect(steps?.map(\.text) == ["leave-out: 2 rows broken"])
            }
        }
    }

    // MARK: Listing

    @Test func listingReadsOnlyWhatHasChanged() throws {
        try TestWorkspace.with { test in
            let added = try test.opened { try $0.datasets.add(path: test.data) }
            // Another process would fail to read the present content; the same size and
            // modification time make it the file that was read.
            var status = stat()
            #expect(stat(added.path, &status) == 0)
            let garbage = String(repeating: "x", count: Int(status.st_size))
            try TestWorkspace.write(garbage, to: added.path)
            var times = [status.st_atim, status.st_mtim]
            #expect(utimensat(AT_FDCWD, added.path, &times, 0) == 0)
            try test.opened { workspace in
                let listed = try workspace.datasets.list()
                #expect(listed == [added])
            }
            times[1].tv_sec += 1
            #expect(utimensat(AT_FDCWD, added.path, &times, 0) == 0)
            try test.opened { workspace in
                let listed = try workspace.datasets.list()
                #expect(listed.first?.problem != nil)
            }
        }
    }

    // MARK: Looking it over

    @Test func theLintFindsWhatWouldSpoilARun() throws {
        try TestWorkspace.with { test in
            let path = "\(test.folder)/twice.jsonl"
            try TestWorkspace.write(TestWorkspace.rows(3) + TestWorkspace.rows(1), to: path)
            try test.opened { workspace in
                let datasets = workspace.datasets
                let report = try datasets.lint(path, model: test.model, sequenceLength: 128)
                #expect(report.findings.map(\.rule) == [.duplicate])
                #expect(!report.isBlocking && report.rows == 4)
                let known = try datasets.lint(
                    path,
                    evaluation: test.data,
                    model: test.model,
                    sequenceLength: 128
                )
                #expect(known.findings.first?.rule == .contamination && known.isBlocking)
                #expect(known.findings.first?.count == 3)
                let short = try datasets.lint(path, model: test.model, sequenceLength: 8)
                #expect(short.findings.map(\.rule) == [.overLength, .duplicate])
                let error = #expect(throws: WorkspaceError.self) {
                    try datasets.lint(path, overLength: "cut")
                }
                #expect(error?.hint?.contains("truncate-left") == true)
            }
        }
    }

    @Test func aRowThatIsTooLongSaysWhereItIsCut() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                func page(_ path: String, _ length: Int) throws -> DatasetPage.Row? {
                    try workspace.datasets.page(
                        path,
                        count: 1,
                        model: test.model,
                        sequenceLength: length
                    ).rows.first
                }
                let whole = try #require(try page(test.data, 1000))
                #expect(whole.cut == nil && whole.problem == nil)
                let cut = try #require(try page(test.data, 10))
                #expect(cut.tokens == whole.tokens && cut.cut == 10 && cut.problem != nil)
                let text = "\(test.folder)/corpus.txt"
                try TestWorkspace.write("one two three four five six seven", to: text)
                let document = try #require(try page(text, 1000))
                let blocks = try #require(try page(text, 5))
                #expect(blocks.tokens.count == document.tokens.count)
                #expect(blocks.problem == nil && blocks.borders.first?.label == "sequence 2")
                let places = Array(stride(from: 5, to: document.tokens.count, by: 4))
                #expect(blocks.borders.map(\.place) == places)
            }
        }
    }

    @Test func packsAreThoseOfTheFirstPass() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let datasets = workspace.datasets
                let length = 150
                let page = try datasets.packs(
                    test.data,
                    model: test.model,
                    sequenceLength: length
                )
                let single = try datasets.page(test.data, model: test.model)
                #expect(page.layout == .packed && page.totalCount == page.rows.count)
                #expect(page.rows.count < single.rows.count)
                #expect(page.rows.allSatisfy { $0.tokens.count <= length })
                let labels = page.rows.flatMap(\.borders).map(\.label)
                #expect(labels.sorted() == single.rows.map(\.source).sorted())
                for pack in page.rows {
                    #expect(pack.borders.first?.place == 0)
                    for border in pack.borders {
                        let row = single.rows.first { $0.source == border.label }
                        let tokens = pack.tokens[border.place...].prefix(row?.tokens.count ?? 0)
                        #expect(Array(tokens) == row?.tokens)
                    }
                }
            }
        }
    }
}
