extension ModelFile {
    /// What the model is called on the screen, with its quantization.
    public var displayName: String {
        if let title = catalogued?.title { return title }
        let name = configuration.name.isEmpty ? fileName : configuration.name
        return name.contains(quantization) ? name : "\(name) \(quantization)"
    }

    /// What an adapter names as its base: a repository of the hub if it is known, else the
    /// model's own name.
    public var baseModelName: String {
        catalogued?.baseModel ?? (configuration.name.isEmpty ? fileName : configuration.name)
    }

    /// The SHA-256 of the weights' file, or of several together, in hexadecimal, which takes a second for a gigabyte.
    public func digest() throws -> String {
        try FileDigest.sha256(paths: weights.paths)
    }

    /// The SHA-256 of the chat template's text in hexadecimal; nil where there is none.
    ///
    /// An adapter answers well only where it is asked through the template that it was trained with.
    public var chatTemplateDigest: String? {
        templateSource.map { FileDigest.sha256(text: $0) }
    }

    /// The catalogue's entry, told by the file's name and size: a pull checked the rest.
    private var catalogued: CatalogueEntry? {
        ModelCatalogue.standard.entries.first {
            $0.fileName == fileName && $0.byteCount == byteCount
        }
    }

    private var fileName: String {
        path.split(separator: "/").last.map(String.init) ?? path
    }
}
