package import FoundationEssentials
package import Runs
package import TerminalUI
package import Workspace

/// A passing message in the footer.
package struct Message: Equatable, Sendable {
    /// Its text.
    package var text: String
    /// The role of its style.
    package var role: Role
    /// When it disappears.
    package var deadline: Date
}

/// The log of actions and messages; a view shows it, the log file keeps it.
package struct ActionLog: Equatable, Sendable {
    /// One line.
    package struct Entry: Equatable, Sendable {
        /// When.
        package var date: Date
        /// Its severity.
        package var level: Notice.Level
        /// What happened.
        package var text: String
        /// The command line that does the same.
        package var command: String?
    }

    /// The maximum number of lines; the log file has all.
    private static let capacity = 500

    /// The lines, oldest first.
    package private(set) var entries: [Entry] = []
    /// The number of lines written so far, including dropped ones.
    package private(set) var count = 0

    package mutating func append(_ entry: Entry) {
        entries.append(entry)
        count += 1
        if entries.count > Self.capacity { entries.removeFirst(entries.count - Self.capacity) }
    }

    /// The lines written after the first `count`.
    package func entries(after count: Int) -> ArraySlice<Entry> {
        entries.suffix(max(0, self.count - count))
    }
}

extension Notice {
    /// Says why something cannot be done now: the reason first, since a narrow screen cuts the end.
    static func unavailable(_ reason: String, _ title: String? = nil) -> Notice {
        let sentence = reason.hasSuffix(".") ? reason : "\(reason)."
        return Notice(.warning, "Not now: \(sentence)\(title.map { " (\($0))" } ?? "")")
    }
}

extension AppState {
    /// The seconds for which a message is shown.
    private static func duration(_ level: Notice.Level) -> Double {
        switch level {
        case .success, .information: 6
        case .warning, .failure: 12
        }
    }

    /// Shows a message in the footer and keeps it in the log.
    package mutating func report(_ notice: Notice, command: String? = nil) {
        let text = notice.hint.map { "\(notice.message) \($0)" } ?? notice.message
        let role: Role =
            switch notice.level {
            case .success: .success
            case .information: .text
            case .warning: .warning
            case .failure: .error
            }
        let deadline = now.addingTimeInterval(Self.duration(notice.level))
        message = Message(text: text, role: role, deadline: deadline)
        log.append(.init(date: now, level: notice.level, text: text, command: command))
    }

    /// Shows an error in the footer and keeps it in the log.
    package mutating func report(_ error: WorkspaceError) { report(Notice(error)) }

    /// The time of the next change without an action; nil if there is none.
    package var deadline: Date? { [message?.deadline, flows.nextLook].compactMap { $0 }.min() }
}
