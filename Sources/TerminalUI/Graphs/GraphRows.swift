/// The rows of the boxes and lines of a layered graph.
///
/// Everything in a layer keeps its order and moves as near as possible to the mean row of what it is
/// connected with.
struct GraphRows {
    /// The top row of each node and point.
    private(set) var tops: [Int]

    init(_ graph: GraphLayers) {
        func height(_ place: Int) -> Int { graph.isPoint(place) ? 1 : GraphLayout.boxHeight }
        tops = [Int](repeating: 0, count: graph.origin.count)
        for layer in graph.layers {
            var top = 0
            for place in layer {
                tops[place] = top
                top += height(place)
            }
        }
        for sweep in 0..<4 {
            let isForward = sweep % 2 == 0
            for layer in isForward ? graph.layers : graph.layers.reversed() {
                let wanted = layer.map { place in
                    let beside = isForward ? graph.previous[place] : graph.next[place]
                    guard !beside.isEmpty else { return Double(tops[place]) }
                    let rows = beside.reduce(0.0) { $0 + Double(tops[$1] + height($1) / 2) }
                    return rows / Double(beside.count) - Double(height(place) / 2)
                }
                place(layer, at: wanted, heights: layer.map(height))
            }
        }
        let first = graph.layers.joined().map { tops[$0] }.min() ?? 0
        for place in tops.indices { tops[place] -= first }
    }

    /// Places a layer with the least squares of the distances from the wanted rows.
    private mutating func place(_ layer: [Int], at wanted: [Double], heights: [Int]) {
        // Without the heights above each, the rows only have to be in ascending order: neighbours out
        // of order are pooled at their mean.
        var pools: [(sum: Double, count: Int)] = []
        var above = 0
        for (index, row) in wanted.enumerated() {
            pools.append((row - Double(above), 1))
            above += heights[index]
            while pools.count > 1 {
                let last = pools[pools.count - 1]
                let before = pools[pools.count - 2]
                guard before.sum / Double(before.count) > last.sum / Double(last.count) else {
                    break
                }
                pools.removeLast(2)
                pools.append((before.sum + last.sum, before.count + last.count))
            }
        }
        var index = 0
        above = 0
        for pool in pools {
            let row = Int((pool.sum / Double(pool.count)).rounded())
            for _ in 0..<pool.count {
                tops[layer[index]] = row + above
                above += heights[index]
                index += 1
            }
        }
    }
}
