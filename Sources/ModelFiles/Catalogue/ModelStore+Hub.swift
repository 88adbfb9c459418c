internal import Glibc
internal import Platform
internal import Transfers

extension ModelStore {
    /// Downloads the files of a reference from the hub: one GGUF file, or a model in safetensors
    /// with its configuration and tokenizer.
    ///
    /// Every file is verified against the hub's checksum before it gets its name.
    func pull(
        _ reference: HubReference,
        progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws -> InstalledModel {
        try ModelFileError.writing { () throws(PlatformError) in
            try Files.makeFolder(folder, mode: 0o755)
        }
        let name = reference.repository.replacing("/", with: "--")
        let lock = try await HeldFile.acquire("\(folder)/.\(name).lock") {
            progress(PullProgress(.waiting))
        }
        defer { lock.release() }
        let source = "the hub (\(reference.repository))"
        progress(PullProgress(.connecting, source: source))
        do {
            let listing = try HubListing(
                json: await ModelFileError.transferring {
                    try await HubDownload(configuration.hub)
                        .listing(of: reference.repository, revision: reference.revision)
                }
            )
            let files = try listing.selection(reference)
            try await fetch(files, of: listing, reference, source, progress)
            return try installed(reference, files)
        } catch let error as ModelFileError
            where error.code == .downloadFailed || error.code == .wrongChecksum
        {
            throw ModelFileError(
                error.code,
                "\(source) did not deliver \(reference): \(error.message)",
                hint: "check the name and the network and try again; what has come is kept"
            )
        }
    }

    private func fetch(
        _ files: [HubListing.File],
        of listing: HubListing,
        _ reference: HubReference,
        _ source: String,
        _ progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws {
        let total = files.reduce(0) { $0 + $1.byteCount }
        var done = 0
        for file in files {
            try Task.checkCancellation()
            let path = "\(folder)/\(reference.folder)/\(file.path)"
            try ModelFileError.writing { () throws(PlatformError) in
                try Files.makeFolder(FilePaths.parent(path), mode: 0o755)
            }
            let before = done
            done += file.byteCount
            if try await isHere(file, path) { continue }
            try requireRoom(
                total - before - min(PartGathering.byteCount("\(path).partial"), total - before)
            )
            try await fetch(
                file.path,
                in: reference.repository,
                revision: listing.commit,
                byteCount: file.byteCount,
                checksum: file.checksum,
                to: "\(path).partial"
            ) { phase, count in
                progress(PullProgress(phase, source: source, byteCount: before + count, of: total))
            }
            try ModelFileError.writing { () throws(PlatformError) in
                try Files.synchronize("\(path).partial")
                try Files.rename("\(path).partial", to: path)
            }
        }
    }

    private func isHere(_ file: HubListing.File, _ path: String) async throws -> Bool {
        guard Self.byteCount(ofFile: path) == file.byteCount else { return false }
        return try await onOwnThread { isCancelled in
            try file.checksum.matches(path, isCancelled: isCancelled)
        }
    }

    private func installed(
        _ reference: HubReference,
        _ files: [HubListing.File]
    ) throws(ModelFileError) -> InstalledModel {
        // A model in several files is its folder, except for the parts of one in GGUF.
        let whole =
            files.count == 1 || files[0].path.hasSuffix(".gguf")
            ? HubReference("\(reference.folder):\(files[0].path)") ?? reference : reference
        guard let model = installedModel(whole) else {
            throw ModelFileError(.notFound, "\(reference) is not where it was put.")
        }
        return model
    }

    /// The installed model of a reference, if there is one.
    ///
    /// Its path is a file, or the folder of a model in several files.
    func installedModel(_ reference: HubReference) -> InstalledModel? {
        let home = "\(folder)/\(reference.folder)"
        if let file = reference.file {
            guard let size = Self.byteCount(ofModel: "\(home)/\(file)") else { return nil }
            return InstalledModel(
                name: reference.description,
                path: "\(home)/\(file)",
                byteCount: size,
                entry: nil
            )
        }
        let names = Self.names(in: home)
        if names.contains("config.json") {
            let sizes = names.compactMap { Self.byteCount(ofFile: "\(home)/\($0)") }
            return InstalledModel(
                name: reference.description,
                path: home,
                byteCount: sizes.reduce(0, +),
                entry: nil
            )
        }
        let single = Self.modelFiles(in: home)
        guard single.count == 1 else { return nil }
        return HubReference("\(reference.folder):\(single[0])").flatMap(installedModel)
    }

    /// The models that were pulled by the names of their repositories.
    func installedFromHub() -> [InstalledModel] {
        var models: [InstalledModel] = []
        for owner in Self.names(in: folder) {
            for name in Self.names(in: "\(folder)/\(owner)") {
                guard let reference = HubReference("\(owner)/\(name)") else { continue }
                let home = "\(folder)/\(owner)/\(name)"
                if Self.byteCount(ofFile: "\(home)/config.json") != nil {
                    models += [installedModel(reference)].compactMap(\.self)
                }
                models += Self.modelFiles(in: home)
                    .compactMap { HubReference("\(owner)/\(name):\($0)").flatMap(installedModel) }
            }
        }
        return models
    }

    /// The GGUF files in a folder and its subfolders, where hubs store large models; only whole
    /// models and first parts, in order.
    private static func modelFiles(in folder: String, depth: Int = 2) -> [String] {
        names(in: folder).flatMap { name in
            if name.hasSuffix(".gguf") { return NumberedPart.isFirst(name) ? [name] : [] }
            guard depth > 0 else { return [] }
            return modelFiles(in: "\(folder)/\(name)", depth: depth - 1).map { "\(name)/\($0)" }
        }
    }

    /// The names in a folder that are not hidden, in order; none if it is not a folder.
    private static func names(in folder: String) -> [String] {
        Files.names(in: folder).filter { !$0.hasPrefix(".") }
    }
}
