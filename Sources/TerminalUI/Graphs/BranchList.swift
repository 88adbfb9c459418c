/// A graph without cycles as indented lines: what continues a branch stays in its column, and side
/// branches are indented.
///
/// A node stands below the last of its dependencies that can end; the others are named beside it.
public struct BranchList: Hashable, Sendable {
    /// A column of lines before a node.
    public enum Branch: Hashable, Sendable {
        /// A side branch begins here: `├`.
        case fork
        /// The first line of a graph with several beginnings: `╭`.
        case first
        /// The branch on the left continues below: `│`.
        case through
    }

    /// A line.
    public struct Row: Hashable, Sendable {
        /// The node.
        public let node: Int
        /// The columns before it, from the left.
        public let branches: [Branch]
        /// The dependencies other than the one that it stands below.
        public let others: [Int]
    }

    /// More columns than this are not drawn.
    public static let maximumDepth = 12

    /// The lines, one a node.
    public let rows: [Row]

    /// The lines of a graph, given by the dependencies of each node.
    public init(dependencies: [[Int]]) {
        let order = GraphOrder(dependencies)
        let parents = order.dependencies.map { list in
            list.max { (order.layers[$0], $0) < (order.layers[$1], $1) }
        }
        var children = [[Int]](repeating: [], count: parents.count)
        var roots: [Int] = []
        for node in parents.indices {
            if let parent = parents[node] {
                children[parent].append(node)
            } else {
                roots.append(node)
            }
        }
        var lengths = [Int](repeating: 1, count: parents.count)
        for node in order.nodes.reversed() {
            for child in children[node] { lengths[node] = max(lengths[node], lengths[child] + 1) }
        }
        /// Side branches first, then the longest, which continues the column.
        func arranged(_ nodes: [Int]) -> [Int] {
            guard nodes.count > 1,
                let longest = nodes.max(by: { lengths[$0] <= lengths[$1] && $0 < $1 })
            else { return nodes }
            return nodes.filter { $0 != longest } + [longest]
        }
        var rows: [Row] = []
        rows.reserveCapacity(parents.count)
        var pending: [(node: Int, branches: [Branch], below: [Branch])] = []
        func push(_ nodes: [Int], below: [Branch]) {
            let nodes = arranged(nodes)
            for (place, node) in nodes.enumerated().reversed() {
                guard place + 1 < nodes.count, below.count < Self.maximumDepth else {
                    pending.append((node, below, below))
                    continue
                }
                pending.append((node, below + [.fork], below + [.through]))
            }
        }
        push(roots, below: [])
        while let (node, branches, below) = pending.popLast() {
            let isFirst = rows.isEmpty && branches == [.fork]
            rows.append(
                Row(
                    node: node,
                    branches: isFirst ? [.first] : branches,
                    others: order.dependencies[node].filter { $0 != parents[node] }
                )
            )
            push(children[node], below: below)
        }
        self.rows = rows
    }

    /// The lines before a row, two columns for each branch.
    public static func prefix(_ branches: [Branch], _ glyphs: GlyphSet) -> String {
        branches.reduce(into: "") { text, branch in
            switch branch {
            case .fork: text += glyphs == .ascii ? "|-" : "├─"
            case .first: text += glyphs == .ascii ? ",-" : "╭─"
            case .through: text += glyphs == .ascii ? "| " : "│ "
            }
        }
    }
}
