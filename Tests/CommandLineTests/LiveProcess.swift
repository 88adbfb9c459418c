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

    /// The number of context switches of its threads.
    var contextSwitches: Int {
        let threads =
            (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/task")) ?? []
        return threads.reduce(0) { sum, thread in
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
