public import Platform

extension ModelFile {
    /// The base model's name for adapters: a repository of the hub if known, else the model's own
    /// name.
    public var baseModelName: String {
        catalogued?.baseModel ?? (configuration.name.isEmpty ? fileName : configuration.name)
    }

    /// The SHA-256 of the weights' file, or of several together, in hexadecimal; about a second per
    /// gigabyte.
    public func digest(isCancelled: () -> Bool = { false }) throws -> String {
        try digest { try Files.sha256($0, isCancelled: isCancelled).hexadecimal }
    }

    /// The same with the digests of unchanged files from a cache.
    package func digest(
        from cache: DigestCache,
        isCancelled: () -> Bool = { false }
    ) throws -> String {
        try digest { try cache.sha256($0, isCancelled: isCancelled) }
    }

    private func digest(_ digest: (String) throws -> String) throws -> String {
        let digests = try weights.paths.map(digest)
        // Each file's own digest, so that no border between two can move unseen.
        return digests.count == 1 ? digests[0] : sha256(of: digests.joined(separator: "\n"))
    }

    /// Throws if the model's files have changed since it was opened: a truncated one reads as
    /// zeros, an overwritten one as something else.
    ///
    /// It only reads each file's stamp, so it can be called after every step, and before keeping
    /// any result computed with the model.
    ///
    /// - Parameter digest: The result of `digest()`. With it, files that were touched or replaced
    ///   but contain the same bytes are accepted, at the cost of a new digest.
    public func checkUnchanged(digest: String? = nil) throws(ModelFileError) {
        var touched: String?
        for file in weights.files where try !file.isUntouched() { touched = file.path }
        guard let touched else { return }
        // Taken before the digest, so that later changes are detected again.
        let stamps = weights.files.map(\.currentStamp)
        if let digest, let now = try? self.digest(), now == digest {
            for (file, stamp) in zip(weights.files, stamps) { file.accept(stamp) }
            return
        }
        throw MappedFile.changed(touched)
    }

    /// The SHA-256 of the chat template's text in hexadecimal; nil if there is none.
    ///
    /// An adapter works well only with the template that it was trained with.
    public var chatTemplateDigest: String? {
        templateSource.map { sha256(of: $0) }
    }

    /// The catalogue's entry, found by the file's name and size; a pull verified the rest.
    private var catalogued: CatalogueEntry? {
        ModelCatalogue.standard.entries.first {
            $0.fileName == fileName && $0.byteCount == byteCount
        }
    }

    private var fileName: String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
