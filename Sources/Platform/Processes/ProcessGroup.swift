internal import Glibc

/// The process group of a program that this one started, recorded so that a later process finds it.
///
/// Its text can be stored: it names the boot of the system and when the program started, so that
/// another program that has the same number later is never mistaken for it.
package struct ProcessGroup: Sendable, Equatable, CustomStringConvertible {
    /// The number of the group, which is that of its first process.
    package let number: Int32
    private let startTime: UInt64
    private let boot: String

    /// The group whose first process has this number, and still runs or was not waited for yet.
    package init?(_ number: Int32) {
        guard number > 1, let status = ProcessStatus(number), status.group == number else {
            return nil
        }
        self.number = number
        startTime = status.startTime
        boot = Self.boot
    }

    /// Reads what ``description`` wrote.
    package init?(_ text: String) {
        let parts = text.split(separator: " ")
        guard parts.count == 3, let number = Int32(parts[0]), number > 1,
            let time = UInt64(parts[1])
        else { return nil }
        self.number = number
        startTime = time
        boot = String(parts[2])
    }

    /// The text to store: the number, the start and the boot.
    package var description: String { "\(number) \(startTime) \(boot)" }

    /// Whether a process of the group lives.
    package var isAlive: Bool {
        guard boot == Self.boot else { return false }
        if let first = ProcessStatus(number) {
            // As long as a process of the group lives, no other gets its number.
            guard first.startTime == startTime else { return false }
            if !first.isZombie { return true }
        }
        return ProcessStatus.all.contains {
            $0.group == number && !$0.isZombie && $0.startTime >= startTime
        }
    }

    /// Whether a process of the group with a number lives; dead ones that nobody has waited for, which
    /// `kill` still finds, do not count.
    package static func isAlive(_ number: Int32) -> Bool {
        kill(-number, 0) == 0
            && ProcessStatus.all.contains { $0.group == number && !$0.isZombie }
    }

    /// Ends the group: TERM, and after the grace KILL.
    ///
    /// - Parameter grace: In seconds.
    /// - Returns: Whether anything was alive.
    @discardableResult
    package func end(grace: Double) -> Bool {
        guard isAlive else { return false }
        Self.end(grace: grace) {
            kill(-number, $0)
            return isAlive
        }
        return true
    }

    /// Ends the processes that have a file open: those that have inherited its lock.
    ///
    /// Processes of this program are left alone: they look at the file, or own it.
    ///
    /// - Returns: The numbers of the processes.
    @discardableResult
    package static func endHolders(of path: String, grace: Double) -> [Int32] {
        let found = holders(of: path)
        guard !found.isEmpty else { return [] }
        end(grace: grace) { signal in
            let holders = holders(of: path)
            for process in holders { kill(process, signal) }
            return !holders.isEmpty
        }
        return found
    }

    /// The processes of other programs that have a file open.
    package static func holders(of path: String) -> [Int32] {
        guard let file = FileIdentity(path) else { return [] }
        let own = FileIdentity("/proc/self/exe")
        return ProcessStatus.numbers.filter { process in
            process != getpid() && FileIdentity("/proc/\(process)/exe") != own
                && Files.names(in: "/proc/\(process)/fd")
                    .contains { FileIdentity("/proc/\(process)/fd/\($0)") == file }
        }
    }

    /// Sends TERM, waits for the grace, and sends KILL; `send` returns whether anything is alive.
    private static func end(grace: Double, _ send: (Int32) -> Bool) {
        guard send(SIGTERM) else { return }
        let deadline = monotonicSeconds() + grace
        while monotonicSeconds() < deadline {
            usleep(20_000)
            guard send(0) else { return }
        }
        // What KILL does not end within two seconds waits for a device.
        for _ in 0..<100 {
            guard send(SIGKILL) else { return }
            usleep(20_000)
        }
    }

    private static let boot: String = {
        let text = (try? Files.text("/proc/sys/kernel/random/boot_id")) ?? ""
        return text.split(whereSeparator: \.isWhitespace).first.map(String.init) ?? "unknown"
    }()
}

/// What the system says about a process.
struct ProcessStatus {
    let group: Int32
    let isZombie: Bool
    /// In ticks since the boot.
    let startTime: UInt64

    init?(_ process: Int32) {
        guard let text = try? Files.text("/proc/\(process)/stat"),
            // The name of the program, in parentheses, may contain anything.
            let end = text.utf8.lastIndex(of: UInt8(ascii: ")"))
        else { return nil }
        let fields = text[end...].split(separator: " ").dropFirst()
        guard fields.count > 19, let state = fields.first,
            let group = Int32(fields[fields.startIndex + 2]),
            let time = UInt64(fields[fields.startIndex + 19])
        else { return nil }
        self.group = group
        isZombie = state == "Z" || state == "X"
        startTime = time
    }

    /// The numbers of all processes.
    static var numbers: [Int32] { Files.names(in: "/proc").compactMap { Int32($0) } }

    static var all: [ProcessStatus] { numbers.compactMap { ProcessStatus($0) } }
}

/// The time of a clock that never jumps, in seconds.
func monotonicSeconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}
