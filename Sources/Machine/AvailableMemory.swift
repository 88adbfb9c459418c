internal import Platform

/// The memory that this process may still allocate, according to the kernel, the process's control
/// groups and its own limits.
package struct AvailableMemory: Sendable {
    private let processes: String
    private let groups: String

    /// Reads below these folders.
    package init(processes: String = "/proc", groups: String = "/sys/fs/cgroup") {
        self.processes = processes
        self.groups = groups
    }

    /// Bytes; nil if the system does not report them.
    package func read() -> Int64? {
        let machine = SystemMemory.availableBytes(root: processes)
        return ([machine].compactMap { $0 } + groupRooms() + limitRooms()).min()
    }

    /// The address space that the process may still map, including files; nil without a limit.
    package func readAddresses() -> Int64? { limitRooms().min() }

    /// What the limits of the process itself (`ulimit -v`, `ulimit -d`) still allow.
    private func limitRooms() -> [Int64] {
        let limits = lines("\(processes)/self/limits")
        let used = SystemMemory.fields("\(processes)/self/status")
        return [("Max address space", "VmSize"), ("Max data size", "VmData")].compactMap {
            title,
            key in
            // Such as `Max address space  256000000  unlimited  bytes`.
            guard let line = limits.first(where: { $0.hasPrefix(title) }),
                let limit = line.dropFirst(title.count).split(separator: " ").first
                    .flatMap({ Int64($0) })
            else { return nil }
            return max(0, limit - (used[key] ?? 0) - Self.overhead)
        }
    }

    /// Address space of thread stacks and library buffers that is not counted.
    private static let overhead: Int64 = 64_000_000

    /// What the group of this process and each of its ancestors still allow.
    private func groupRooms() -> [Int64] {
        lines("\(processes)/self/cgroup").flatMap { line -> [Int64] in
            let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
            guard fields.count == 3 else { return [] }
            let path = String(fields[2])
            if fields[1].isEmpty { return rooms(of: path, in: groups, .second) }
            guard fields[1].split(separator: ",").contains("memory") else { return [] }
            return rooms(of: path, in: "\(groups)/memory", .first)
        }
    }

    private func rooms(of group: String, in root: String, _ files: GroupFiles) -> [Int64] {
        var rooms: [Int64] = []
        var group = group
        while true {
            let folder = group == "/" ? root : root + group
            if let room = room(in: folder, files) { rooms.append(room) }
            if group == "/" || !group.hasPrefix("/") { return rooms }
            group = FilePaths.parent(group)
        }
    }

    /// The limit minus the usage; pages of files do not count, since the kernel can reclaim them.
    private func room(in folder: String, _ files: GroupFiles) -> Int64? {
        guard let limit = lines("\(folder)/\(files.limit)").first.flatMap({ Int64($0) }),
            let used = lines("\(folder)/\(files.usage)").first.flatMap({ Int64($0) })
        else { return nil }
        let filePages = lines("\(folder)/memory.stat").reduce(Int64(0)) { sum, line in
            let words = line.split(separator: " ")
            guard words.count == 2, files.filePages.contains(String(words[0])) else { return sum }
            return sum + (Int64(words[1]) ?? 0)
        }
        return max(0, limit - max(0, used - filePages))
    }

    private func lines(_ path: String) -> [Substring] {
        ((try? Files.text(path)) ?? "").split(separator: "\n")
    }
}

/// The names of a memory control group's files in the two versions of the interface.
private struct GroupFiles {
    let limit: String
    let usage: String
    let filePages: Set<String>

    static let first = GroupFiles(
        limit: "memory.limit_in_bytes",
        usage: "memory.usage_in_bytes",
        filePages: ["total_active_file", "total_inactive_file"]
    )
    static let second = GroupFiles(
        limit: "memory.max",
        usage: "memory.current",
        filePages: ["active_file", "inactive_file"]
    )
}
