import Machine
package import ModelFiles
package import Platform
import Tensors
package import Transformer

/// Opened models, shared by training, chat and the data pane.
package final class ModelLibrary: Sendable {
    private struct Entry {
        let stamp: ContentStamp
        let file: ModelFile
        var model: LanguageModel?
        var digest: String?
    }

    private let entries = Guarded<[String: Entry]>([:])
    private let digests: DigestCache

    /// A library without opened models; `digests` keeps those of their files between processes.
    package init(digests: DigestCache) { self.digests = digests }

    /// The model's file, opened again only if it has changed.
    package func file(_ path: String) throws -> ModelFile {
        try entry(path).file
    }

    /// The model, ready to compute.
    ///
    /// With another number of threads than the process's it is not shared, which costs little: the
    /// weights are the same mapped pages.
    ///
    /// In NF4, or to be trained, it is not shared either: its weights are in memory.
    package func model(
        _ path: String,
        threads: Int? = nil,
        usesNormalFloat: Bool = false,
        isTrained: Bool = false
    ) throws -> LanguageModel {
        let entry = try entry(path)
        let own = threads.flatMap { $0 == WorkerPool.shared.threadCount ? nil : $0 }
        if own != nil || usesNormalFloat || isTrained {
            return try LanguageModel(
                entry.file,
                pool: own.map(WorkerPool.init) ?? .shared,
                usesNormalFloat: usesNormalFloat,
                isTrained: isTrained
            )
        }
        if let model = entry.model { return model }
        let model = try LanguageModel(entry.file)
        return entries.withLock { entries in
            // Two threads may arrive at once: the first one's model counts.
            if let present = entries[path]?.model { return present }
            entries[path]?.model = model
            return model
        }
    }

    /// SHA-256 of the file, in hex.
    package func digest(_ path: String, isCancelled: () -> Bool = { false }) throws -> String {
        let entry = try entry(path)
        if let digest = entry.digest { return digest }
        let digest = try entry.file.digest(from: digests, isCancelled: isCancelled)
        entries.withLock { $0[path]?.digest = digest }
        return digest
    }

    private func entry(_ path: String) throws -> Entry {
        let stamp = ContentStamp(path)
        let known = entries.withLock { $0[path] }
        // A folder's own stamp does not cover the files in it.
        if let known, known.stamp == stamp, (try? known.file.checkUnchanged()) != nil {
            return known
        }
        try RunError.translating { try MemoryGate.admitMapping(stamp.byteCount, of: path) }
        let entry = Entry(stamp: stamp, file: try ModelFile.open(path: path))
        return entries.withLock { entries in
            if let present = entries[path], present.stamp == stamp, present.file !== known?.file {
                return present
            }
            entries[path] = entry
            return entry
        }
    }
}
