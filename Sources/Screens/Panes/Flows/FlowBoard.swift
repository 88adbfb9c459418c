package import TerminalUI
package import Workflows

/// The tasks of a flow run as rows and as a graph: the tasks of a matrix are one row until they are
/// expanded.
package struct FlowBoard: Equatable, Sendable {
    /// Tasks of the same name in the file: one, or those of a matrix.
    package struct Group: Equatable, Sendable {
        /// The name.
        package let name: String
        /// The positions of its tasks.
        package let members: [Int]
        /// How many of them are in each state.
        package internal(set) var counts: [TaskState: Int]

        /// Whether it is the matrix of several tasks.
        package var isMatrix: Bool { members.count > 1 }
        /// The state to show for all: the most pressing one.
        package var state: TaskState {
            TaskState.byPrecedence.first { counts[$0, default: 0] > 0 } ?? .pending
        }
    }

    /// What a row shows.
    package enum Item: Hashable, Sendable {
        /// A task, by its position.
        case task(Int)
        /// The tasks of a matrix, by the position of their group.
        case matrix(Int)
    }

    /// A row of the list.
    package struct Row: Equatable, Sendable {
        /// What it shows.
        package let item: Item
        /// Its lines, or those of its matrix; nil in a filtered list.
        package var branches: BranchList.Row?
        /// Whether it is below the row of its matrix.
        package var isMember = false
        /// The names of what it also comes after.
        package var others: [String] = []
    }

    /// The tasks, in the order of the file.
    package private(set) var tasks: [TaskSummary]
    /// The groups, in the order of the file.
    package private(set) var groups: [Group]
    /// The group of each task.
    private let groupOf: [Int]
    /// The rows.
    package private(set) var rows: [Row] = []
    /// The boxes of the graph.
    package private(set) var boxes: [Item] = []
    /// The boxes' places; nil if there are too many to be drawn.
    package private(set) var layout: GraphLayout?
    /// The names of the matrices whose tasks have rows of their own.
    package private(set) var expanded: Set<String>
    /// The words that the rows are filtered by.
    package private(set) var filter = ""
    private let places: [String: Int]
    private var rowOf: [Item: Int] = [:]

    package init(_ tasks: [TaskSummary], expanded: Set<String> = [], filter: String = "") {
        self.tasks = tasks
        self.expanded = expanded
        self.filter = filter
        places = Dictionary(zip(tasks.map(\.id), 0...)) { first, _ in first }
        var positions: [String: Int] = [:]
        var members: [[Int]] = []
        var groupOf: [Int] = []
        for (place, task) in tasks.enumerated() {
            let group = positions[task.name] ?? members.count
            if group == members.count {
                positions[task.name] = group
                members.append([])
            }
            members[group].append(place)
            groupOf.append(group)
        }
        self.groupOf = groupOf
        groups = members.map { list in
            Group(
                name: tasks[list[0]].name,
                members: list,
                counts: list.reduce(into: [:]) { $0[tasks[$1].state, default: 0] += 1 }
            )
        }
        arrange()
    }

    /// Whether it has the same tasks with the same edges as others.
    package func hasStructure(of others: [TaskSummary]) -> Bool {
        tasks.count == others.count
            && zip(tasks, others).allSatisfy {
                $0.id == $1.id && $0.dependencies == $1.dependencies
            }
    }

    /// Takes new states of the same tasks.
    package mutating func take(_ others: [TaskSummary]) {
        for (place, task) in others.enumerated() { change(place) { $0 = task } }
    }

    /// Changes a task; false if there is none with that id.
    package mutating func update(_ id: String, _ change: (inout TaskSummary) -> Void) -> Bool {
        guard let place = places[id] else { return false }
        self.change(place, change)
        return true
    }

    private mutating func change(_ place: Int, _ change: (inout TaskSummary) -> Void) {
        let before = tasks[place].state
        change(&tasks[place])
        let after = tasks[place].state
        guard before != after else { return }
        groups[groupOf[place]].counts[before, default: 0] -= 1
        groups[groupOf[place]].counts[after, default: 0] += 1
    }

    /// Shows the tasks of a matrix, or one row for all.
    package mutating func toggle(_ name: String) {
        if expanded.remove(name) == nil { expanded.insert(name) }
        arrange()
    }

    /// Filters the rows by words: all must occur in a task's id, kind or state.
    package mutating func setFilter(_ text: String) {
        guard text != filter else { return }
        filter = text
        arrange()
    }

    /// The row of a task or a matrix; of a task that has none, that of its matrix.
    package func row(of item: Item?) -> Int? {
        guard let item else { return nil }
        if let row = rowOf[item] { return row }
        switch item {
        case .task(let place):
            return groupOf.indices.contains(place) ? rowOf[.matrix(groupOf[place])] : nil
        case .matrix(let group):
            return groups.indices.contains(group)
                ? groups[group].members.first.flatMap { rowOf[.task($0)] } : nil
        }
    }

    /// The row of a task by its id.
    package func row(of id: String) -> Int? { row(of: places[id].map(Item.task)) }

    /// The position of a task by its id.
    package func place(of id: String) -> Int? { places[id] }

    /// What has the same name in another board.
    package func item(like item: Item, in other: FlowBoard) -> Item? {
        switch item {
        case .task(let place):
            other.tasks.indices.contains(place)
                ? places[other.tasks[place].id].map(Item.task) : nil
        case .matrix(let group):
            other.groups.indices.contains(group)
                ? groups.firstIndex { $0.name == other.groups[group].name }.map(Item.matrix) : nil
        }
    }

    /// The name of a row's item.
    package func name(_ item: Item) -> String {
        switch item {
        case .task(let place): tasks[place].id
        case .matrix(let group): groups[group].name
        }
    }

    private mutating func arrange() {
        boxes = []
        var boxOf = [Int](repeating: 0, count: tasks.count)
        for (index, group) in groups.enumerated() {
            let isOne = group.isMatrix && !expanded.contains(group.name)
            for member in group.members {
                boxOf[member] = boxes.count
                if !isOne { boxes.append(.task(member)) }
            }
            if isOne { boxes.append(.matrix(index)) }
        }
        var edges = [Set<Int>](repeating: [], count: boxes.count)
        for (place, task) in tasks.enumerated() {
            for dependency in task.dependencies {
                guard let other = places[dependency] else { continue }
                edges[boxOf[place]].insert(boxOf[other])
            }
        }
        let dependencies = edges.enumerated().map { box, set in
            set.subtracting([box]).sorted()
        }
        layout = GraphLayout(widths: boxes.map(width), dependencies: dependencies)
        rows = filter.isEmpty ? treeRows() : filteredRows()
        rowOf = Dictionary(zip(rows.map(\.item), 0...)) { first, _ in first }
    }

    /// The rows of the groups as branches; the tasks of an expanded matrix follow its row.
    private func treeRows() -> [Row] {
        var edges = [Set<Int>](repeating: [], count: groups.count)
        for (place, task) in tasks.enumerated() {
            for dependency in task.dependencies {
                guard let other = places[dependency] else { continue }
                edges[groupOf[place]].insert(groupOf[other])
            }
        }
        let list = BranchList(dependencies: edges.map { $0.sorted() })
        return list.rows.flatMap { row in
            let group = groups[row.node]
            let first = Row(
                item: group.isMatrix ? .matrix(row.node) : .task(group.members[0]),
                branches: row,
                others: row.others.map { groups[$0].name }
            )
            guard group.isMatrix, expanded.contains(group.name) else { return [first] }
            return [first]
                + group.members.map { Row(item: .task($0), branches: row, isMember: true) }
        }
    }

    private func filteredRows() -> [Row] {
        let words = filter.lowercased().split(separator: " ")
        return tasks.indices.compactMap { place in
            let task = tasks[place]
            let text = "\(task.id) \(task.kind) \(task.state.rawValue)".lowercased()
            return words.allSatisfy(text.contains) ? Row(item: .task(place)) : nil
        }
    }

    /// The width of a box, which does not depend on states.
    private func width(_ item: Item) -> Int {
        switch item {
        case .task(let place): return min(max(12, tasks[place].id.count + 6), 34)
        case .matrix(let group):
            let count = groups[group].members.count
            // Room for the counts of two states.
            return min(max(18, groups[group].name.count + 10 + 3 * "\(count)".count), 40)
        }
    }
}

extension TaskState {
    /// All states, in the order in which one of them stands for several tasks.
    static let byPrecedence: [TaskState] = [
        .running, .retrying, .failed, .crashed, .waitingApproval, .paused, .scheduled, .pending,
        .upstreamFailed, .cancelled, .skipped, .completed, .cached,
    ]
}
