import Platform

/// The documents of files that are read again and again, such as for each look at the schedules.
///
/// A document counts for the bytes that it was read from: a time of change would be the same for two
/// writes within a tick of the clock. The checks of a flow are not cached, since they depend on more
/// than its file, such as on the datasets.
package final class DocumentCache: Sendable {
    private struct Entry {
        var bytes: [UInt8]
        var root: DocumentNode
    }

    /// The most documents that are kept.
    private static let maxCount = 100
    /// The largest file whose document is kept, in bytes.
    private static let maxBytes = 64 << 10

    private let entries = Guarded<(documents: [String: Entry], parsed: Int)>(([:], 0))

    /// How many files have been parsed.
    package var parsed: Int { entries.withLock { $0.parsed } }

    /// The document of a file with these bytes; nil if it is no YAML, which is a fault.
    func document(_ bytes: [UInt8], of path: String, _ faults: DocumentFaults) -> DocumentNode? {
        let kept = entries.withLock { $0.documents[path] }
        if let kept, kept.bytes == bytes { return kept.root }
        let root = DocumentReader.read(bytes, faults)
        entries.withLock { entries in
            entries.parsed += 1
            entries.documents[path] = nil
            guard let root, faults.isEmpty, bytes.count <= Self.maxBytes else { return }
            if entries.documents.count >= Self.maxCount { entries.documents = [:] }
            entries.documents[path] = Entry(bytes: bytes, root: root)
        }
        return root
    }
}
