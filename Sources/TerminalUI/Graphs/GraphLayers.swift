/// The nodes of a graph in layers from left to right, ordered so that few lines cross.
///
/// A line that passes layers has a point in each; all lines of a node share theirs. Numbers from
/// ``nodeCount`` on are such points.
struct GraphLayers {
    /// The number of nodes.
    let nodeCount: Int
    /// Nodes and points of each layer, from top to bottom.
    private(set) var layers: [[Int]] = []
    /// The layer of each node and point.
    private(set) var layerOf: [Int]
    /// What each node or point leads to in the next layer.
    private(set) var next: [[Int]]
    /// What leads to each node or point in the layer before.
    private(set) var previous: [[Int]]
    /// The node that a point's line begins at; a node itself.
    private(set) var origin: [Int]

    /// The layers of a graph; nil if it has more nodes and points than a limit.
    init?(_ order: GraphOrder, limit: Int) {
        nodeCount = order.nodes.count
        layerOf = order.layers
        origin = Array(0..<nodeCount)
        next = [[Int]](repeating: [], count: nodeCount)
        previous = next
        guard nodeCount <= limit else { return nil }
        let count = (layerOf.max() ?? -1) + 1
        layers = [[Int]](repeating: [], count: count)
        for node in 0..<nodeCount { layers[layerOf[node]].append(node) }
        let reduced = order.directDependents
        for node in order.nodes {
            let targets = reduced[node]
            guard let last = targets.map({ layerOf[$0] }).max() else { continue }
            guard origin.count + last - layerOf[node] - 1 <= limit else { return nil }
            var place = node
            for layer in layerOf[node] + 1..<last + 1 {
                for target in targets where layerOf[target] == layer { join(place, target) }
                guard layer < last else { break }
                let point = origin.count
                origin.append(node)
                layerOf.append(layer)
                next.append([])
                previous.append([])
                layers[layer].append(point)
                join(place, point)
                place = point
            }
        }
        arrange()
    }

    /// Whether it is a point of a line that passes its layer.
    func isPoint(_ place: Int) -> Bool { place >= nodeCount }

    private mutating func join(_ left: Int, _ right: Int) {
        next[left].append(right)
        previous[right].append(left)
    }

    /// Orders each layer by the mean place of its neighbours, back and forth; keeps the best order.
    private mutating func arrange() {
        var best = layers
        var fewest = crossings()
        for sweep in 0..<8 where fewest > 0 {
            if sweep % 2 == 0 {
                for layer in layers.indices.dropFirst() { sort(layer, beside: layer - 1, previous) }
            } else {
                for layer in layers.indices.dropLast().reversed() {
                    sort(layer, beside: layer + 1, next)
                }
            }
            let count = crossings()
            if count < fewest {
                fewest = count
                best = layers
            }
        }
        layers = best
    }

    private mutating func sort(_ layer: Int, beside: Int, _ neighbours: [[Int]]) {
        let places = Dictionary(uniqueKeysWithValues: zip(layers[beside], 0...))
        let keys = layers[layer].enumerated().map { place, node in
            let around = neighbours[node].compactMap { places[$0] }
            let sum = Double(around.reduce(0, +))
            return (around.isEmpty ? Double(place) : sum / Double(around.count), place, node)
        }
        layers[layer] = keys.sorted { ($0.0, $0.1) < ($1.0, $1.1) }.map(\.2)
    }

    /// How many pairs of lines cross.
    func crossings() -> Int {
        var total = 0
        for index in layers.indices.dropLast() {
            let places = Dictionary(uniqueKeysWithValues: zip(layers[index + 1], 0...))
            var tree = [Int](repeating: 0, count: layers[index + 1].count + 1)
            var drawn = 0
            for node in layers[index] {
                let targets = next[node].compactMap { places[$0] }
                for target in targets {
                    var notAbove = 0
                    var position = target + 1
                    while position > 0 {
                        notAbove += tree[position]
                        position -= position & -position
                    }
                    total += drawn - notAbove
                }
                for target in targets {
                    drawn += 1
                    var position = target + 1
                    while position < tree.count {
                        tree[position] += 1
                        position += position & -position
                    }
                }
            }
        }
        return total
    }
}
