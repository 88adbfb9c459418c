/// The order in which tasks can run.
package enum TaskOrder {
    /// An order, or tasks that come after one another in a circle.
    package enum Outcome: Equatable {
        /// The places of the tasks.
        case order([Int])
        /// The places of the tasks of a circle, the first of them again at the end.
        case cycle([Int])
    }

    /// Sorts tasks so that each comes after those that it depends on, and otherwise in the order of
    /// the file.
    ///
    /// - Parameter dependencies: For each task the places of those that it comes after.
    package static func sort(_ dependencies: [[Int]]) -> Outcome {
        var order: [Int] = []
        order.reserveCapacity(dependencies.count)
        var isDone = [Bool](repeating: false, count: dependencies.count)
        var isOpen = isDone
        // The open tasks, each with the number of its dependencies that were visited: a chain of
        // tasks may be longer than the stack is deep.
        var path: [(task: Int, visited: Int)] = []
        for start in dependencies.indices where !isDone[start] {
            path.append((start, 0))
            isOpen[start] = true
            while let (task, visited) = path.last {
                guard visited < dependencies[task].count else {
                    isOpen[task] = false
                    isDone[task] = true
                    order.append(task)
                    path.removeLast()
                    continue
                }
                path[path.count - 1].visited += 1
                let next = dependencies[task][visited]
                if isOpen[next] {
                    let begin = path.firstIndex { $0.task == next } ?? 0
                    return .cycle(path[begin...].map(\.task) + [next])
                }
                if !isDone[next] {
                    isOpen[next] = true
                    path.append((next, 0))
                }
            }
        }
        return .order(order)
    }
}
