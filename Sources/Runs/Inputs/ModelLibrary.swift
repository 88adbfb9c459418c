import Machine
package import ModelFiles
import Platform
import Tensors
package import Transformer

/// Opened models, kept so that training, chat and the data pane share one of each.
package final class ModelLibrary: Sendable {
    private struct Entry {
        let stamp: ContentStamp
        let file: ModelFile
        var model: LanguageModel?
        var digest: String?
    }

    private let entries = Guarded<[String: Entry]>([:])

    /// No model is opened yet.
    package init() {}

    /// The model's file, opened anew only where it has changed.
    package func file(_ path: String) throws -> ModelFile {
        try entry(path).file
    }

    /// The model, ready to compute.
    ///
    /// With a number of threads other than the process's it is a model of its own, which costs
    /// little: the weights are the same mapped pages.
    ///
    /// In NF4, or to be trained, it is one of its own, too, for whoever asks: its numbers are in
    /// memory.
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
            // Of two threads that come at once the first one's model counts.
            if let present = entries[path]?.model { return present }
            entries[path]?.model = model
            return model
        }
    }

    /// SHA-256 of the file, in hex.
    package func digest(_ path: String, isCancelled: () -> Bool = { false }) throws -> String {
        let entry = try entry(path)
        if let digest = entry.digest { return digest }
        let digest = try entry.file.digest(isCancelled: isCancelled)
        entries.withLock { $0[path]?.digest = digest }
        return digest
    }

    private func entry(_ path: String) throws -> Entry {
        let stamp = ContentStamp(path)
        let known = entries.withLock { $0[path] }
        // A folder's own stamp says nothing of the files in it.
        if let known, known.stamp == stamp, (try? known.file.checkUnchanged()) != nil {
            return known
        }
        try RunError.wording { try MemoryGate.admitMapping(stamp.byteCount, of: path) }
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
