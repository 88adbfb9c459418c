package import TerminalUI
package import Workflows

/// The flows that can be started, and their schedules.
package struct FlowFiles: Equatable, Sendable {
    /// Who executes schedules.
    package enum Executor: Equatable, Sendable {
        /// No process.
        case nobody
        /// This one.
        case here
        /// Another one.
        case process(Int32)
    }

    /// A row.
    package enum Row: Hashable, Sendable {
        /// A file, by its path.
        case file(String)
        /// A schedule, by its id.
        case schedule(String)
    }

    /// The files; nil before they have been read.
    package private(set) var files: [FlowFileSummary]?
    /// The schedules.
    package private(set) var schedules: [ScheduleSummary] = []
    /// Who executes schedules.
    package private(set) var executor = Executor.nobody
    /// The rows: each file with its schedules below it.
    package private(set) var rows: [Row] = []
    /// The row with the cursor.
    package var list = ListState<Row>()
    var reading = Refresh()

    package init() {}

    /// Takes what was read.
    package mutating func take(
        _ files: [FlowFileSummary],
        _ schedules: [ScheduleSummary],
        _ executor: Executor
    ) {
        self.files = files
        self.schedules = schedules
        self.executor = executor
        let paths = Set(files.map(\.path))
        rows = files.flatMap { file in
            [.file(file.path)]
                + schedules.filter { $0.path == file.path }.map { .schedule($0.id) }
        }
        // A schedule that is on although its file is gone can still be switched off.
        rows += schedules.filter { !paths.contains($0.path) }.map { .schedule($0.id) }
        list.refresh(rows)
    }

    /// The row with the cursor.
    package var selected: Row? { list.position(in: rows).map { rows[$0] } }

    /// The file of the row with the cursor.
    package var selectedFile: FlowFileSummary? {
        switch selected {
        case .file(let path): files?.first { $0.path == path }
        case .schedule(let id):
            schedule(id).flatMap { schedule in files?.first { $0.path == schedule.path } }
        case nil: nil
        }
    }

    /// The schedule of the row with the cursor; of a file, its only one.
    package var selectedSchedule: ScheduleSummary? {
        switch selected {
        case .schedule(let id): return schedule(id)
        case .file(let path):
            let own = schedules.filter { $0.path == path }
            return own.count == 1 ? own[0] : nil
        case nil: return nil
        }
    }

    /// A schedule by its id.
    package func schedule(_ id: String) -> ScheduleSummary? { schedules.first { $0.id == id } }
}
