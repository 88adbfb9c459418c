import Presentation
import TerminalUI
import Workflows

/// The tasks of a matrix in words.
enum MatrixText {
    /// More lines than this are not made.
    private static let limit = 500

    /// How many tasks are in which state, then each task with its state and reason, the most pressing
    /// ones first.
    static func states(of group: FlowBoard.Group, _ board: FlowBoard) -> [StyledText] {
        let members = ordered(group, board)
        var lines = [StyledText("\(FlowText.counts(group.counts)).", .strong)]
        lines += members.prefix(limit).map { task in
            var line = StyledText("\(task.id)  ")
            line.append(FlowText.state(task.state), FlowStyle.style(task.state))
            if task.attempt > 1 { line.append(", attempt \(task.attempt)", .muted) }
            if let reason = task.reason { line.append("  \(reason)", .muted) }
            return line
        }
        if members.count > limit {
            lines.append(StyledText("and \(members.count - limit) more", .muted))
        }
        return lines
    }

    /// The tasks of a matrix, those a person should see first in front.
    static func ordered(_ group: FlowBoard.Group, _ board: FlowBoard) -> [TaskSummary] {
        let members = group.members.map { board.tasks[$0] }
        return TaskState.byUrgency.flatMap { state in members.filter { $0.state == state } }
    }
}
