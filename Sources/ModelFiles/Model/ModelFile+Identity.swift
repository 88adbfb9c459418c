public import Platform

extension ModelFile {
    /// What an adapter names as its base: a repository of the hub if it is known, else the
    /// model's own name.
    public var baseModelName: String {
        catalogued?.baseModel ?? (configuration.name.isEmpty ? fileName : configuration.name)
    }

    /// The SHA-256 of the weights' file, or of several together, in hexadecimal, which takes a second for a gigabyte.
    public func digest(isCancelled: () -> Bool = { false }) throws -> String {
        let digests = try weights.paths.map {
            try Files.sha256($0, isCancelled: isCancelled).hexadecimal
        }
        // Each file's own digest, so that no border between two can move unseen.
        return digests.count == 1 ? digests[0] : sha256(of: digests.joined(separator: "\n"))
    }

    /// Throws where the model's files are not what they were when it was opened: one that is cut
    /// short in the meantime reads as zeros, one that is written over as something else.
    ///
    /// It costs one look at each file's entry, so it can be asked after every step, and before
    /// anything is kept that was computed with the model.
    ///
    /// - Parameter digest: What `digest()` gave. With it, files that were touched or replaced but
    ///   hold the same bytes pass, at the price of a new digest.
    public func checkUnchanged(digest: String? = nil) throws(ModelFileError) {
        var touched: String?
        for file in weights.files where try !file.isUntouched() { touched = file.path }
        guard let touched else { return }
        // Taken before the digest, so that what changes meanwhile is looked at once more.
        let stamps = weights.files.map(\.currentStamp)
        if let digest, let now = try? self.digest(), now == digest {
            for (file, stamp) in zip(weights.files, stamps) { file.accept(stamp) }
            return
        }
        throw MappedFile.changed(touched)
    }

    /// The SHA-256 of the chat template's text in hexadecimal; nil where there is none.
    ///
    /// An adapter answers well only where it is asked through the template that it was trained with.
    public var chatTemplateDigest: String? {
        templateSource.map { sha256(of: $0) }
    }

    /// The catalogue's entry, found by the file's name and size: a pull checked the rest.
    private var catalogued: CatalogueEntry? {
        ModelCatalogue.standard.entries.first {
            $0.fileName == fileName && $0.byteCount == byteCount
        }
    }

    private var fileName: String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
