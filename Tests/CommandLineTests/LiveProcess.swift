import Foundation

/// A process, as reported by the kernel.
struct LiveProcess {
    let id: Int32

    /// Whether it runs; one that ended and was not waited for does not.
    var isRunning: Bool {
        guard let stat = read("stat"), let end = stat.lastIndex(of: ")") else { return false }
        let state = stat[stat.index(after: end)...].first { $0 != " " }
        return state != "Z" && state != "X"
    }

    /// The number of context switches of its threads, without that of libdispatch.
    ///
    /// Once a block has run on a thread of its pool, as with SQLite's connections now and then, its
    /// manager checks each second whether the pool's threads are blocked, to the process's end.
    var contextSwitches: Int {
        let threads =
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
        return threads.reduce(0) { sum, thread in
            guard read("task/\(thread)/comm")?.contains("qos") != true else { return sum }
            let lines = (read("task/\(thread)/status") ?? "").split(separator: "\n")
            return sum
                + lines.filter { $0.contains("ctxt_switches") }
                .compactMap { $0.split(separator: "\t").last.flatMap { Int($0) } }.reduce(0, +)
        }
    }

    /// Whether none of its threads runs for so long.
    func isAsleep(seconds: Double) -> Bool {
        let before = contextSwitches
        return !Deadline(seconds: seconds).poll { contextSwitches != before }
    }

    private func read(_ file: String) -> String? {
        try? String(contentsOfFile: "/proc/\(id)/\(file)", encoding: .utf8)
    }
}
