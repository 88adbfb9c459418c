/// The lines between two layers of a graph.
///
/// Lines of the same node share a vertical part. Vertical parts that would touch, and those that would
/// run into the line of another node, have columns of their own.
struct GraphGap {
    /// The lines, in the columns of the gap.
    let strip: GraphLayout.Strip

    private struct Net {
        let row: Int
        let targets: [Int]
        var isStraight: Bool { targets.allSatisfy { $0 == row } }
        var span: ClosedRange<Int> {
            min(row, targets.min() ?? row)...max(row, targets.max() ?? row)
        }
    }

    init(_ graph: GraphLayers, layer: Int, tops: [Int], x: Int) {
        func middle(_ place: Int) -> Int {
            tops[place] + (graph.isPoint(place) ? 0 : GraphLayout.boxHeight / 2)
        }
        let nets = graph.layers[layer].compactMap { place in
            graph.next[place].isEmpty
                ? nil : Net(row: middle(place), targets: graph.next[place].map(middle))
        }
        let columns = Self.columns(of: nets)
        let width = max(3, (columns.compactMap { $0 }.max() ?? -1) + 3)
        var strip = GraphLayout.Strip(columns: x..<x + width)
        let isFromBox = Dictionary(
            graph.layers[layer].map { (middle($0), !graph.isPoint($0)) },
            uniquingKeysWith: { first, _ in first }
        )
        for (net, column) in zip(nets, columns) {
            // A line begins on the border of its box and joins it.
            let start = isFromBox[net.row] == true ? x - 1 : x
            guard let column else {
                strip.lines.append(
                    .init(x: start, y: net.row, length: x + width - start, isVertical: false)
                )
                continue
            }
            let trunk = x + 1 + column
            let span = net.span
            strip.lines.append(
                .init(x: start, y: net.row, length: trunk - start + 1, isVertical: false)
            )
            strip.lines.append(
                .init(x: trunk, y: span.lowerBound, length: span.count, isVertical: true)
            )
            for row in Set(net.targets).sorted() {
                strip.lines.append(
                    .init(x: trunk, y: row, length: x + width - trunk, isVertical: false)
                )
            }
        }
        for place in graph.layers[layer + 1]
        where !graph.isPoint(place) && !graph.previous[place].isEmpty {
            strip.arrows.append(Point(x: x + width - 1, y: middle(place)))
        }
        self.strip = strip
    }

    /// The column of each net's vertical part; nil for straight ones.
    private static func columns(of nets: [Net]) -> [Int?] {
        var columns = [Int?](repeating: nil, count: nets.count)
        var taken: [[ClosedRange<Int>]] = []
        // The nets that must stand to the left of each: their line leaves in a row it arrives in.
        let sources = Dictionary(
            nets.enumerated().filter { !$1.isStraight }.map { ($1.row, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let left = nets.enumerated().map { index, net in
            Set(net.targets.compactMap { sources[$0] }).subtracting([index])
        }
        var waiting = nets.indices.filter { !nets[$0].isStraight }
        while !waiting.isEmpty {
            // In a circle of such nets any order is wrong somewhere; then the first comes first.
            let position =
                waiting.firstIndex { index in left[index].allSatisfy { columns[$0] != nil } } ?? 0
            let index = waiting.remove(at: position)
            let span = nets[index].span
            var column = left[index].compactMap { columns[$0] }.max().map { $0 + 1 } ?? 0
            while column < taken.count, taken[column].contains(where: { $0.overlaps(span) }) {
                column += 1
            }
            while taken.count <= column { taken.append([]) }
            taken[column].append(span)
            columns[index] = column
        }
        return columns
    }
}
