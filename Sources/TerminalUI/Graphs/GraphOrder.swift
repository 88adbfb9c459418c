/// The order of the nodes of a graph without cycles: dependencies before what depends on them.
///
/// Nodes are numbered from 0; dependencies on unknown nodes, and those that close a cycle, are left
/// out.
struct GraphOrder {
    /// The dependencies of each node, sorted, without repetitions.
    let dependencies: [[Int]]
    /// The nodes that depend on each node, sorted.
    let dependents: [[Int]]
    /// All nodes; each comes after its dependencies, and in the order of its number otherwise.
    let nodes: [Int]
    /// The number of nodes on the longest path that ends before each node.
    let layers: [Int]

    init(_ wanted: [[Int]]) {
        let known = wanted.enumerated().map { node, list in
            Set(list).filter { $0 != node && wanted.indices.contains($0) }.sorted()
        }
        var following = Self.inverted(known)
        var missing = known.map(\.count)
        var layers = [Int](repeating: 0, count: known.count)
        var nodes: [Int] = []
        nodes.reserveCapacity(known.count)
        var ready = known.indices.filter { missing[$0] == 0 }
        var next = 0
        while next < ready.count {
            let node = ready[next]
            next += 1
            nodes.append(node)
            for dependent in following[node] {
                layers[dependent] = max(layers[dependent], layers[node] + 1)
                missing[dependent] -= 1
                if missing[dependent] == 0 { ready.append(dependent) }
            }
        }
        var dependencies = known
        if nodes.count < known.count {
            // A cycle: its nodes stand beside each other, without lines between them.
            let isPlaced = Set(nodes)
            let rest = known.indices.filter { !isPlaced.contains($0) }
            nodes += rest
            for node in rest { dependencies[node].removeAll { !isPlaced.contains($0) } }
            following = Self.inverted(dependencies)
        }
        self.dependencies = dependencies
        dependents = following
        self.nodes = nodes
        self.layers = layers
    }

    /// The dependents of each node without those that a longer path leads to as well.
    ///
    /// Large graphs keep all.
    var directDependents: [[Int]] {
        let count = nodes.count
        guard count <= 1_000 else { return dependents }
        let words = (count + 63) / 64
        var reachable = [[UInt64]](repeating: [UInt64](repeating: 0, count: words), count: count)
        var direct = dependents
        for node in nodes.reversed() {
            var set = reachable[node]
            // Near ones first: what they lead to is left out.
            let near = dependents[node].sorted { layers[$0] < layers[$1] }
            direct[node] = near.filter { target in
                guard set[target / 64] & (1 << (target % 64)) == 0 else { return false }
                set[target / 64] |= 1 << (target % 64)
                for word in 0..<words { set[word] |= reachable[target][word] }
                return true
            }
            reachable[node] = set
        }
        return direct
    }

    static func inverted(_ lists: [[Int]]) -> [[Int]] {
        var inverted = [[Int]](repeating: [], count: lists.count)
        for (node, list) in lists.enumerated() {
            for other in list { inverted[other].append(node) }
        }
        return inverted
    }
}
