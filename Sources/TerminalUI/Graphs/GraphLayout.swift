/// The places of a graph's boxes, and the lines between them, in cells.
///
/// Layers stand from left to right: a box is to the right of everything it depends on. Lines that a
/// longer path implies are left out.
public struct GraphLayout: Hashable, Sendable {
    /// A line of cells: horizontal or vertical.
    struct Line: Hashable, Sendable {
        let x: Int
        let y: Int
        let length: Int
        let isVertical: Bool
    }

    /// Lines and arrows in a range of columns.
    struct Strip: Hashable, Sendable {
        /// The columns.
        let columns: Range<Int>
        /// The nodes whose boxes stand here, from top to bottom.
        var nodes: [Int] = []
        /// The lines.
        var lines: [Line] = []
        /// The cells before boxes at which a line ends.
        var arrows: [Point] = []
    }

    /// Rows of a box.
    public static let boxHeight = 3

    /// The box of each node.
    public private(set) var boxes: [Rect]
    /// The size of the whole graph.
    public private(set) var size = Size(width: 0, height: 0)
    /// The layers and the gaps between them, from left to right.
    private(set) var strips: [Strip] = []
    /// The nodes of each layer, from top to bottom.
    private(set) var layers: [[Int]] = []

    /// The layout of a graph; nil if it is too large to be drawn.
    ///
    /// - Parameters:
    ///   - widths: The width of each node's box, with its border.
    ///   - dependencies: The nodes that each node comes after.
    ///   - limit: The most nodes, counting each layer that a line passes.
    public init?(widths: [Int], dependencies: [[Int]], limit: Int = 4_000) {
        precondition(widths.count == dependencies.count, "each node has a width")
        guard let graph = GraphLayers(GraphOrder(dependencies), limit: limit) else { return nil }
        boxes = Array(repeating: Rect(x: 0, y: 0, width: 0, height: 0), count: widths.count)
        let tops = GraphRows(graph).tops
        var x = 0
        var bottom = 0
        for (index, layer) in graph.layers.enumerated() {
            let width = layer.map { graph.isPoint($0) ? 1 : widths[$0] }.max() ?? 0
            var strip = Strip(columns: x..<x + width)
            for place in layer {
                let top = tops[place]
                bottom = max(bottom, top + (graph.isPoint(place) ? 1 : Self.boxHeight))
                if graph.isPoint(place) {
                    strip.lines.append(Line(x: x, y: top, length: width, isVertical: false))
                } else {
                    strip.nodes.append(place)
                    boxes[place] = Rect(x: x, y: top, width: width, height: Self.boxHeight)
                }
            }
            layers.append(strip.nodes)
            strips.append(strip)
            x += width
            guard index + 1 < graph.layers.count else { break }
            let gap = GraphGap(graph, layer: index, tops: tops, x: x)
            strips.append(gap.strip)
            x += gap.strip.columns.count
        }
        size = Size(width: x, height: bottom)
    }

    /// The node beside another: the nearest in the next layer that way, or in its own.
    public func neighbour(of node: Int, columns: Int, rows: Int) -> Int? {
        guard boxes.indices.contains(node),
            let layer = layers.firstIndex(where: { $0.contains(node) })
        else { return nil }
        if rows != 0, let place = layers[layer].firstIndex(of: node) {
            let wanted = min(max(0, place + rows), layers[layer].count - 1)
            return layers[layer][wanted]
        }
        var index = layer + columns
        while layers.indices.contains(index) {
            let nearest = layers[index].min {
                abs(boxes[$0].y - boxes[node].y) < abs(boxes[$1].y - boxes[node].y)
            }
            if let nearest { return nearest }
            index += columns.signum()
        }
        return nil
    }
}
