internal import Glibc

/// The free space of a disk.
package enum DiskRoom {
    /// Throws if the disk of a folder lacks space.
    ///
    /// - Parameters:
    ///   - what: What needs the space, for the error.
    ///   - elsewhere: How to choose another disk, for its hint.
    package static func require(
        _ byteCount: Int,
        in folder: String,
        for what: String,
        elsewhere: String
    ) throws(PlatformError) {
        var status = statvfs()
        // Opening a file there will report what is wrong with the folder.
        guard statvfs(folder, &status) == 0 else { return }
        let room = UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize))
        guard !room.overflow, room.partialValue < UInt64(byteCount) else { return }
        throw PlatformError(
            .full,
            "\(what) needs \(byteCount / 1_000_000 + 1) MB, but \(folder) has room for "
                + "\(room.partialValue / 1_000_000) MB.",
            hint: "free some space, or \(elsewhere)"
        )
    }
}
