/// The mounted file systems, as `/proc/self/mountinfo` lists them.
package struct MountTable {
    private let text: String

    /// Parses a table in the format of proc(5).
    package init(text: String) {
        self.text = text
    }

    /// This process's table; empty if the system has none.
    package static var current: MountTable {
        MountTable(text: (try? Files.text("/proc/self/mountinfo")) ?? "")
    }

    /// The type of the file system of an absolute path without symbolic links, such as `ext4`,
    /// `nfs4` or `fuse.sshfs`.
    package func type(of path: String) -> String? {
        var longest = 0
        var type: String?
        for line in text.split(separator: "\n") {
            let halves = line.split(separator: " - ", maxSplits: 1)
            guard halves.count == 2 else { continue }
            let fields = halves[0].split(separator: " ")
            guard fields.count > 4, let name = halves[1].split(separator: " ").first else {
                continue
            }
            let point = fields[4].replacing("\\040", with: " ")
            let isAbove = point == "/" || path == point || path.hasPrefix(point + "/")
            // Of two mounts on one point the later one covers the earlier.
            if isAbove, point.utf8.count >= longest {
                longest = point.utf8.count
                type = String(name)
            }
        }
        return type
    }

    /// Whether files of this type are on another machine, where SQLite's write-ahead log, which
    /// uses shared memory, cannot work.
    package static func isNetwork(_ type: String) -> Bool {
        let name = type.hasPrefix("fuse.") ? type.dropFirst("fuse.".count) : type[...]
        return networkTypes.contains(String(name))
    }

    private static let networkTypes: Set<String> = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "sshfs", "9p", "afs", "ceph", "lustre", "gpfs",
        "coda", "glusterfs", "rclone", "s3fs", "gcsfuse", "davfs", "juicefs", "beegfs",
    ]
}
