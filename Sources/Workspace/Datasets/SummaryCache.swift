import FoundationEssentials
import Glibc
import JSON
import Platform

/// Cached summaries of datasets, kept between processes.
///
/// A summary is valid while its files have the same sizes and modification times. A cache file that
/// is missing, damaged or of another version is ignored.
struct SummaryCache: Sendable {
    private struct Entry: Codable {
        var version = SummaryCache.version
        var path: String
        var stamp: ContentStamp
        var summary: DatasetSummary
    }

    private static let version = 2

    /// The folder of the files; hidden among the datasets.
    let folder: String
    let isWritable: Bool

    /// The summary of a file or folder that has not changed since.
    func summary(of path: String, stamp: ContentStamp) -> DatasetSummary? {
        guard let bytes = try? Files.read(file(path)),
            let entry = try? decodeJSON(Entry.self, from: bytes)
        else { return nil }
        let isSame = entry.path.utf8.elementsEqual(path.utf8) && entry.stamp == stamp
        return isSame && entry.version == Self.version ? entry.summary : nil
    }

    /// Stores a summary; if that fails, it is read again the next time.
    func keep(_ summary: DatasetSummary, of path: String, stamp: ContentStamp) {
        guard isWritable else { return }
        let entry = Entry(path: path, stamp: stamp, summary: summary)
        guard let bytes = try? JSONEncoder().encode(entry) else { return }
        try? Files.makeFolder(folder)
        try? Files.write(Array(bytes), to: file(path))
    }

    /// The cache file of a path: sixteen digits of its FNV-1a hash.
    private func file(_ path: String) -> String {
        let hash = path.utf8.reduce(0xCBF2_9CE4_8422_2325 as UInt64) {
            ($0 ^ UInt64($1)) &* 0x100_0000_01B3
        }
        return "\(folder)/\(String(hash, radix: 16)).json"
    }
}
