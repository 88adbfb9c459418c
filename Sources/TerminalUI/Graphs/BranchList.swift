/// A graph without cycles as a list: a line for each node, and lines from each node down to what
/// depends on it.
///
/// Each node comes after its dependencies. What depends on one node alone continues its column; side
/// branches have columns to the right, and end where they are joined.
public struct BranchList: Hashable, Sendable {
    /// A line of the list.
    public struct Row: Hashable, Sendable {
        /// The node.
        public let node: Int
        /// The dependencies other than the one whose column it continues, or that is nearest to it.
        public let others: [Int]
        /// The column of the node.
        let column: Int
        /// The sides of each column that lines reach.
        let cells: [LineSides]

        /// What stands before the node's mark.
        public func before(_ glyphs: GlyphSet) -> String {
            cells.prefix(column).map { Self.text($0, glyphs) }.joined()
        }

        /// What stands between the node's mark and its name; it ends with a blank.
        public func after(_ glyphs: GlyphSet) -> String {
            guard column + 1 < cells.count else { return " " }
            return Self.gap(cells[column], glyphs)
                + cells.dropFirst(column + 1).map { Self.text($0, glyphs) }.joined()
        }

        /// What stands before a line that is inserted below this one.
        public func below(_ glyphs: GlyphSet) -> String {
            cells.map { cell in
                Self.text(cell.contains(.down) ? [.up, .down] : [], glyphs)
            }.joined()
        }

        private static func text(_ cell: LineSides, _ glyphs: GlyphSet) -> String {
            cell.glyph(in: glyphs) + gap(cell, glyphs)
        }

        private static func gap(_ cell: LineSides, _ glyphs: GlyphSet) -> String {
            cell.contains(.right) ? LineSides([.left, .right]).glyph(in: glyphs) : " "
        }
    }

    /// A node has at most this number of columns before it; further branches have no lines.
    public static let maximumDepth = 12

    /// The lines, one a node.
    public let rows: [Row]

    /// The lines of a graph, given by the dependencies of each node.
    public init(dependencies: [[Int]]) {
        let order = GraphOrder(dependencies)
        let dependents = order.directDependents
        let direct = GraphOrder.inverted(dependents)
        let roots = direct.indices.filter { direct[$0].isEmpty }
        var lengths = [Int](repeating: 1, count: direct.count)
        for node in order.nodes.reversed() {
            for dependent in dependents[node] {
                lengths[node] = max(lengths[node], lengths[dependent] + 1)
            }
        }
        /// Side branches first, then the longest, which continues the column.
        func arranged(_ nodes: [Int]) -> [Int] {
            guard nodes.count > 1,
                let longest = nodes.max(by: { (lengths[$0], $0) < (lengths[$1], $1) })
            else { return nodes }
            return nodes.filter { $0 != longest } + [longest]
        }
        var lanes = BranchLanes(dependents.map(\.count), roots: roots.count)
        var missing = direct.map(\.count)
        var pending = Array(arranged(roots).reversed())
        var rows: [Row] = []
        rows.reserveCapacity(direct.count)
        while let node = pending.popLast() {
            rows.append(lanes.place(node, after: direct[node]))
            var ready: [Int] = []
            for dependent in dependents[node] {
                missing[dependent] -= 1
                if missing[dependent] == 0 { ready.append(dependent) }
            }
            pending += arranged(ready).reversed()
        }
        self.rows = rows
    }
}

/// The columns of the lines that are open while a ``BranchList`` is made.
private struct BranchLanes {
    /// The node whose line is in each column; nil for a free one.
    private var nodes: [Int?] = []
    /// The column of each node's line.
    private var columns: [Int: Int] = [:]
    /// How many nodes each line still leads to.
    private var remaining: [Int]
    /// What several beginnings are joined by.
    private let root: Int?
    private var isFirst = true

    init(_ dependents: [Int], roots: Int) {
        root = roots > 1 ? dependents.count : nil
        remaining = dependents + [roots]
        if let root { open(root, in: 0) }
    }

    /// The line of a node; it ends the lines that lead to it alone, and begins its own.
    mutating func place(_ node: Int, after dependencies: [Int]) -> BranchList.Row {
        let sources = dependencies.isEmpty ? root.map { [$0] } ?? [] : dependencies
        let joined = sources.compactMap { columns[$0] }.sorted()
        let before = nodes
        for source in sources { remaining[source] -= 1 }
        let ending = joined.filter { before[$0].map { remaining[$0] == 0 } ?? false }
        let column = ending.first ?? freeColumn(after: joined.first)
        for place in ending { close(place) }
        if remaining[node] > 0, column < BranchList.maximumDepth { open(node, in: column) }
        let first = min(joined.first ?? column, column)
        let last = max(joined.last ?? column, column)
        let used = before.lastIndex { $0 != nil } ?? 0
        let cells = (0...max(last, used)).map { place -> LineSides in
            var sides: LineSides = []
            let source = place < before.count ? before[place] : nil
            if source != nil, !(isFirst && source == root) { sides.insert(.up) }
            if place < nodes.count, nodes[place] != nil { sides.insert(.down) }
            if first < place, place <= last { sides.insert(.left) }
            if first <= place, place < last { sides.insert(.right) }
            return sides
        }
        isFirst = false
        let nearest = joined.contains(column) ? before[column] : joined.last.flatMap { before[$0] }
        return BranchList.Row(
            node: node,
            others: dependencies.filter { $0 != nearest },
            column: column,
            cells: cells
        )
    }

    private mutating func open(_ node: Int, in column: Int) {
        while nodes.count <= column { nodes.append(nil) }
        nodes[column] = node
        columns[node] = column
    }

    private mutating func close(_ column: Int) {
        if let node = nodes[column] { columns[node] = nil }
        nodes[column] = nil
    }

    /// The first free column beside a line; of a node without one, beside all lines.
    private func freeColumn(after line: Int?) -> Int {
        let start = line ?? nodes.lastIndex { $0 != nil } ?? -1
        let end = nodes.indices.dropFirst(start + 1).first { nodes[$0] == nil }
        return min(end ?? nodes.count, BranchList.maximumDepth)
    }
}
