internal import Glibc

/// SHA-256 digests of large files, kept between processes.
///
/// A digest is that of a file, not of a name: it is found under the file's device and inode, and
/// only while size, time of writing and time of change are to the nanosecond those that it had
/// before and after it was read. The time of change is the kernel's and cannot be set. Like git's
/// index, nothing is kept of a file that was changed just before it was read, since a later change
/// could have the same time.
package struct DigestCache: Sendable {
    /// How long a file must have been unchanged, longer than the steps of any file system's times.
    private static let settlingSeconds = 3
    /// With more files than this in the folder all are forgotten.
    private static let maximumFiles = 1000

    private let folder: String
    private let now: @Sendable () -> Int

    /// A cache in a folder, which need not exist.
    ///
    /// - Parameter now: The seconds since 1970.
    package init(folder: String, now: @escaping @Sendable () -> Int = { time(nil) }) {
        self.folder = folder
        self.now = now
    }

    /// The cache of this user.
    package init(environment: [String: String]) {
        self.init(folder: "\(UserCache.folder(environment: environment))/digests")
    }

    /// The SHA-256 of a regular file in hexadecimal.
    package func sha256(_ path: String, isCancelled: () -> Bool = { false }) throws -> String {
        guard let status = FileStatus(path), status.kind == .file else {
            return try Files.sha256(path, isCancelled: isCancelled).hexadecimal
        }
        let file = CacheFile(
            folder: folder,
            kind: "digest",
            version: 1,
            key: "\(status.device) \(status.inode)"
        )
        let stamp = Self.stamp(status)
        if let kept = file.read().map({ String(decoding: $0, as: UTF8.self) }),
            kept.hasPrefix("\(stamp) ")
        {
            return String(kept.dropFirst(stamp.count + 1))
        }
        let isSettled = status.changed.seconds + Self.settlingSeconds <= now()
        let digest = try Files.sha256(path, isCancelled: isCancelled).hexadecimal
        if isSettled, let after = FileStatus(path), after.inode == status.inode,
            after.device == status.device, Self.stamp(after) == stamp
        {
            if Files.names(in: folder).count > Self.maximumFiles { Files.remove(folder) }
            file.write(Array("\(stamp) \(digest)".utf8))
        }
        return digest
    }

    private static func stamp(_ status: FileStatus) -> String {
        let times = [status.modified, status.changed].map { "\($0.seconds).\($0.nanoseconds)" }
        return "\(status.byteCount) \(times[0]) \(times[1])"
    }
}
