public import JSON
public import Platform

/// The tasks of a flow run, one for each combination of a matrix, and the edges between them.
///
/// Instances are numbered in an order in which they could run: after what they depend on, and
/// otherwise in the order of the file. Those of one task follow one another.
public struct FlowGraph: Sendable {
    /// The most instances of a flow run.
    public static let maxInstances = 10_000

    /// The instances.
    public let instances: [TaskInstance]
    /// For each instance those whose outputs its inputs, its matrix or its condition refer to.
    public let references: [[Int]]
    /// For each instance those that it only names in `needs`.
    public let needs: [[Int]]
    /// For each instance those that refer to it or need it.
    public let dependents: [[Int]]
    /// The instances of each task, by the task's place in ``Flow/tasks``.
    public let ranges: [Range<Int>]
    private let places: [String: Int]
    private let tasks: [String: Int]

    /// Creates the graph of a flow run.
    ///
    /// - Throws: ``FlowError`` with the code `invalid`, if a matrix has no values, the same value
    ///   twice or too many combinations, or if tasks come after one another in a circle.
    public init(_ flow: Flow, parameters: [String: JSONValue]) throws(FlowError) {
        let edges = TaskEdges(flow.tasks)
        tasks = Dictionary(flow.tasks.enumerated().map { ($1.name, $0) }) { first, _ in first }
        let order: [Int]
        switch TaskOrder.sort(edges.all) {
        case .order(let found): order = found
        case .cycle(let cycle):
            let names = cycle.map { flow.tasks[$0].name }.joined(separator: " → ")
            throw FlowError(.invalid, "The tasks come after one another in a circle: \(names).")
        }
        let scope = FlowScope(parameters.mapValues { FlowValue($0) })
        var instances: [TaskInstance] = []
        var ranges = [Range<Int>](repeating: 0..<0, count: flow.tasks.count)
        for place in order {
            let start = instances.count
            let room = Self.maxInstances - start
            instances += try MatrixExpansion.instances(of: flow.tasks[place], place, scope, room)
            ranges[place] = start..<instances.count
        }
        self.instances = instances
        self.ranges = ranges
        // The instances of one task share their lists.
        let all = ranges.map { Array($0) }
        func lists(_ edges: [[Int]]) -> [[Int]] {
            let lists = edges.map { places in places.sorted().flatMap { all[$0] } }
            return instances.map { lists[$0.task] }
        }
        references = lists(edges.references)
        needs = lists(edges.needs)
        dependents = lists(edges.dependents)
        places = Dictionary(instances.enumerated().map { ($1.id, $0) }) { first, _ in first }
    }

    /// The number of the instance with an id.
    public func place(of id: String) -> Int? { places[id] }

    /// The instances of the task with a name in the file.
    public func places(ofTask name: String) -> Range<Int>? { tasks[name].map { ranges[$0] } }

    /// What an instance comes after: what it refers to, then what it only needs.
    public func dependencies(of place: Int) -> [Int] { references[place] + needs[place] }

    /// The instance and all that come after it, directly or through others, in ascending order.
    public func downstream(of place: Int) -> [Int] {
        var isReached = [Bool](repeating: false, count: instances.count)
        isReached[place] = true
        var open = [place]
        while let next = open.popLast() {
            for dependent in dependents[next] where !isReached[dependent] {
                isReached[dependent] = true
                open.append(dependent)
            }
        }
        return isReached.indices.filter { isReached[$0] }
    }
}

/// The edges between the tasks of a file, by their places.
struct TaskEdges {
    private(set) var references: [[Int]] = []
    private(set) var needs: [[Int]] = []
    private(set) var dependents: [[Int]]

    /// Finds the edges; names that are no task are left out.
    init(_ tasks: [FlowTask]) {
        let places = Dictionary(tasks.enumerated().map { ($1.name, $0) }) { first, _ in first }
        dependents = Array(repeating: [], count: tasks.count)
        for (place, task) in tasks.enumerated() {
            var seen: Set<Int> = []
            let references = task.references.compactMap { places[$0] }
                .filter { seen.insert($0).inserted }
            let needs = task.needs.compactMap { places[$0] }.filter { seen.insert($0).inserted }
            self.references.append(references)
            self.needs.append(needs)
            for dependency in references + needs { dependents[dependency].append(place) }
        }
    }

    /// What each task comes after.
    var all: [[Int]] { zip(references, needs).map { $0 + $1 } }
}
