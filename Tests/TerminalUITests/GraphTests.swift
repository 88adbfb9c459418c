import TerminalUI
import Testing

private typealias Nodes = [(name: String, after: [String])]

extension GraphLayout {
    /// The layout of named nodes, their boxes as wide as their names.
    fileprivate init?(_ nodes: Nodes, limit: Int = 4_000) {
        let names = nodes.map(\.name)
        self.init(
            widths: names.map { $0.count + 4 },
            dependencies: nodes.map { node in node.after.compactMap(names.firstIndex) },
            limit: limit
        )
    }
}

/// A graph as text.
private func drawing(
    _ nodes: Nodes,
    width: Int = 78,
    height: Int = 20,
    selected: Int? = nil,
    glyphs: GlyphSet = .braille
) -> String {
    guard let layout = GraphLayout(nodes) else { return "too large" }
    let view = GraphView(layout, selected: selected) { .init(StyledText(nodes[$0].name)) }
    let rows = min(height, layout.size.height)
    return drawn(width, rows, Capabilities(glyphs: glyphs)) { view.draw(in: $0, on: &$1) }
        .cells.dump()
}

private let pipeline: Nodes = [
    ("clean", []), ("cpt", ["clean"]), ("sft", ["clean", "cpt"]), ("evaluate", ["sft"]),
    ("mine", ["evaluate"]), ("register", ["sft", "evaluate"]), ("promote", ["register", "mine"]),
]

@Suite("Graphs")
struct GraphTests {
    @Test("draws what comes after to the right, without lines that longer paths imply")
    func layers() {
        let expected = """
                                                           ╭──────────╮
            ╭───────╮   ╭─────╮   ╭─────╮   ╭──────────╮ ╭→│ mine     ├─╮
            │ clean ├──→│ cpt ├──→│ sft ├──→│ evaluate ├─┤ ╰──────────╯ │  ╭─────────╮
            ╰───────╯   ╰─────╯   ╰─────╯   ╰──────────╯ │ ╭──────────╮ ╰┬→│ promote │
                                                         ╰→│ register ├──╯ ╰─────────╯
                                                           ╰──────────╯
            """
        #expect(drawing(pipeline) == expected)
    }

    @Test("lines of different boxes do not run into each other")
    func lines() {
        let nodes: Nodes = [
            ("a", []), ("b1", ["a"]), ("b2", ["a"]), ("b3", ["a"]), ("c", ["b1", "b2", "b3"]),
            ("d", ["b1"]), ("e", ["c", "d", "a"]), ("x", []), ("y", ["x", "b2"]),
        ]
        let expected = """
                    ╭────╮    ╭───╮
                  ╭→│ b1 ├─┬─→│ d ├─╮
                  │ ╰────╯ │  ╰───╯ │  ╭───╮
            ╭───╮ │ ╭────╮ │  ╭───╮ ╰┬→│ e │
            │ a ├─┼→│ b3 ├─┴┬→│ c ├──╯ ╰───╯
            ╰───╯ │ ╰────╯  │ ╰───╯
                  │ ╭────╮  │
                  ╰→│ b2 ├──┤
            ╭───╮   ╰────╯  │ ╭───╮
            │ x ├───────────┴→│ y │
            ╰───╯             ╰───╯
            """
        #expect(drawing(nodes) == expected)
    }

    @Test("uses plain characters where the font has no others")
    func ascii() {
        let expected = """
            +---+   +---+
            | a --->| b |
            +---+   +---+
            """
        #expect(drawing([("a", []), ("b", ["a"])], glyphs: .ascii) == expected)
    }

    @Test("shows the part around the selected box of a graph that is larger than its area")
    func window() {
        let chain: Nodes = (0..<40).map { ("n\($0)", $0 == 0 ? [] : ["n\($0 - 1)"]) }
        let shown = drawing(chain, width: 30, selected: 20)
        #expect(shown.contains("n20"))
        #expect(!shown.contains("n10"))
        let last = drawing(chain, width: 30, selected: 39)
        #expect(last.contains("n39"))
    }

    @Test("boxes of a random graph never overlap, and each stands right of what it comes after")
    func random() {
        var state: UInt64 = 7
        func next(_ bound: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int((state >> 33) % UInt64(bound))
        }
        for _ in 0..<60 {
            let count = 1 + next(40)
            let dependencies = (0..<count).map { node in
                node == 0 ? [] : (0..<next(4)).map { _ in next(node) }
            }
            guard
                let layout = GraphLayout(
                    widths: (0..<count).map { _ in 5 + next(10) },
                    dependencies: dependencies
                )
            else {
                Issue.record("a small graph is refused")
                continue
            }
            for node in 0..<count {
                let box = layout.boxes[node]
                #expect(box.height == GraphLayout.boxHeight && box.y >= 0)
                #expect(box.maxX <= layout.size.width && box.maxY <= layout.size.height)
                for other in 0..<node {
                    #expect(box.intersection(layout.boxes[other]).isEmpty)
                }
                for dependency in dependencies[node] {
                    #expect(layout.boxes[dependency].maxX + 3 <= box.x)
                }
            }
            let view = GraphView(layout, selected: next(count)) { .init(StyledText("\($0)")) }
            for size in [Size(width: 1, height: 1), Size(width: 33, height: 9)] {
                let canvas = drawn(size.width, size.height) { view.draw(in: $0, on: &$1) }
                #expect(canvas.cells.isWhole)
            }
        }
    }

    @Test("arrows go to boxes beside")
    func neighbours() throws {
        let layout = try #require(GraphLayout(pipeline))
        let names = pipeline.map(\.name)
        func beside(_ name: String, _ columns: Int, _ rows: Int) -> String? {
            names.firstIndex(of: name)
                .flatMap { layout.neighbour(of: $0, columns: columns, rows: rows) }
                .map { names[$0] }
        }
        #expect(beside("clean", 1, 0) == "cpt")
        #expect(beside("clean", -1, 0) == nil)
        #expect(beside("mine", 0, 1) == "register")
        #expect(beside("register", 0, 1) == "register")
        #expect(beside("promote", -1, 0) != nil)
    }

    @Test("a cycle is drawn without its lines, and a large graph is refused")
    func limits() {
        #expect(drawing([("a", ["b"]), ("b", ["a"])]).contains("│ a │"))
        let many: Nodes = (0..<50).map { ("n\($0)", []) }
        #expect(GraphLayout(many, limit: 49) == nil)
        #expect(GraphLayout(many, limit: 50) != nil)
        let long: Nodes = (0..<30).map { ("n\($0)", $0 == 0 ? [] : ["n\($0 - 1)", "n0"]) }
        // The lines from the first node to all others are implied by the chain.
        #expect(GraphLayout(long, limit: 30) != nil)
        #expect(GraphLayout([])?.size == Size(width: 0, height: 0))
    }
}

@Suite("Branches")
struct BranchListTests {
    private func lines(_ nodes: Nodes, glyphs: GlyphSet = .braille) -> String {
        let names = nodes.map(\.name)
        let list = BranchList(
            dependencies: nodes.map { node in node.after.compactMap(names.firstIndex) }
        )
        return list.rows.map { row in
            let others = row.others.map { names[$0] }.joined(separator: ",")
            let end = others.isEmpty ? "" : " <\(others)"
            return row.before(glyphs) + "o" + row.after(glyphs) + names[row.node] + end
        }.joined(separator: "\n")
    }

    @Test("the longest branch keeps its column, a side branch ends where it is joined")
    func branches() {
        #expect(
            lines(pipeline) == """
                o clean
                o cpt
                o sft
                o evaluate
                ├─o mine
                o │ register
                o─╯ promote <mine
                """
        )
    }

    @Test("several beginnings and nested branches have lines of their own")
    func nested() {
        let nodes: Nodes = [
            ("a", []), ("b", []), ("c", ["b"]), ("d", ["c"]), ("e", ["c"]), ("f", ["d"]),
            ("g", ["a"]),
        ]
        #expect(
            lines(nodes) == """
                ╭─o a
                │ o g
                o b
                o c
                ├─o e
                o d
                o f
                """
        )
        #expect(lines(nodes, glyphs: .ascii).hasPrefix("+-o a\n| o g\no b"))
    }

    @Test("lines of branches that are joined later pass the nodes between")
    func joins() {
        let nodes: Nodes = [
            ("load", []), ("a", ["load"]), ("b", ["load"]), ("c", ["load"]), ("join", ["a", "b"]),
            ("last", ["c", "join"]), ("clean", ["join", "a"]),
        ]
        #expect(
            lines(nodes) == """
                o load
                ├─o a
                ├─┼─o c
                o │ │ b
                o─╯ │ join <a
                ├───o last <join
                o clean
                """
        )
    }

    @Test("what waits for several beginnings comes after all of them")
    func beginnings() {
        let nodes: Nodes = [("end", ["a", "b", "c"]), ("a", []), ("b", []), ("c", []), ("d", [])]
        #expect(
            lines(nodes) == """
                ╭─o a
                ├─┼─o b
                ├─┼─┼─o d
                o │ │ c
                o─┴─╯ end <a,b
                """
        )
    }

    @Test("an inserted line keeps the lines beside it")
    func below() {
        let list = BranchList(dependencies: [[], [0], [0], [1, 2]])
        #expect(list.rows.map { $0.below(.braille) } == ["│ ", "│ │ ", "│ │ ", "    "])
    }

    @Test("each node of a graph of 10,000 has one line, without deep indentation")
    func large() {
        let chain = (0..<10_000).map { $0 == 0 ? [] : [$0 - 1] }
        #expect(BranchList(dependencies: chain).rows.map(\.node) == Array(0..<10_000))
        let comb = (0..<10_000).map { $0 == 0 ? [] : [($0 - 1) / 2] }
        let rows = BranchList(dependencies: comb).rows
        #expect(Set(rows.map(\.node)).count == 10_000)
        #expect(rows.allSatisfy { $0.before(.braille).count <= 2 * BranchList.maximumDepth })
    }
}

@Suite("Timelines")
struct TimelineTests {
    @Test("draws bars over a common axis, the text where there is room")
    func bars() {
        let bars: [Timeline.Bar] = [
            .init(label: "clean", start: 0, end: 10, style: .success, note: "10s"),
            .init(label: "train", start: 10, end: 40, style: .accent, note: "30s"),
            .init(label: "check", start: nil, end: nil, style: .muted),
        ]
        let timeline = Timeline(
            count: 3,
            duration: 40,
            hitPrefix: "bar:",
            unit: { "\(Int($0))s" },
            bar: { bars[$0] }
        )
        var selection = ListState<Int>()
        _ = selection.select(row: 1, in: 0..<3)
        let canvas = drawn(40, 4) { timeline.draw(in: $0, selection: selection, on: &$1) }
        #expect(
            canvas.cells.dump() == """
                  clean          ██████ 10s
                › train           30s ██████████████████
                  check
                                 0s   10s   20s      40s
                """
        )
        #expect(canvas.target(at: Point(x: 0, y: 2)) == "bar:2")
    }

    @Test("draws waits as a low line, before the start and in between")
    func waits() {
        let bars: [Timeline.Bar] = [
            .init(label: "queued", start: 20, end: 40, style: .accent, waits: [0...20]),
            .init(label: "again", start: 0, end: 40, style: .accent, waits: [10...30]),
            .init(label: "next", start: nil, end: nil, style: .muted, waits: [20...40]),
        ]
        let timeline = Timeline(
            count: 3,
            duration: 40,
            hitPrefix: "bar:",
            unit: { "\(Int($0))s" },
            bar: { bars[$0] }
        )
        let canvas = drawn(40, 4) {
            timeline.draw(in: $0, selection: ListState<Int>(), on: &$1)
        }
        let lines = canvas.cells.dump().split(separator: "\n").map { line in
            line.filter { "▁█".contains($0) }
        }
        #expect(
            lines == [
                "▁▁▁▁▁▁▁▁▁▁▁████████████", "██████▁▁▁▁▁▁▁▁▁▁▁██████", "▁▁▁▁▁▁▁▁▁▁▁▁", "",
            ]
        )
    }
}
