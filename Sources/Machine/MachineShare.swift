internal import Platform

/// Tells how much of the machine other processes used while something ran.
package struct MachineShare: Sendable {
    private let root: String
    private let machine: ProcessorTime
    private let own: Int64

    /// Begins now; nil if the system does not report processor times.
    package init?(root: String = "/proc") {
        guard let machine = ProcessorTime.read(root: root), let own = Self.ownTicks(root)
        else { return nil }
        (self.root, self.machine, self.own) = (root, machine, own)
    }

    /// The share of all processors that other processes, or the host of a virtual machine, have taken
    /// since the beginning, 0 to 1; nil if no time has passed.
    package func takenByOthers() -> Double? {
        guard let now = ProcessorTime.read(root: root), let ownNow = Self.ownTicks(root),
            let busy = now.busyShare(since: machine)
        else { return nil }
        return max(0, busy - Double(ownNow - own) / Double(now.total - machine.total))
    }

    /// The processor time of this process's threads, in ticks.
    private static func ownTicks(_ root: String) -> Int64? {
        guard let text = try? Files.text("\(root)/self/stat"), let end = text.lastIndex(of: ")")
        else { return nil }
        // After the name, which may contain spaces: the state is the first, user time the 12th.
        let fields = text[text.index(after: end)...].split(separator: " ")
        guard fields.count > 12, let user = Int64(fields[11]), let system = Int64(fields[12])
        else { return nil }
        return user + system
    }
}
