import Datasets
import FoundationEssentials
import Glibc
import JSON
import Platform

/// Content-addressed copies of data: `datasets/<digest>/<name>`, written once and never changed.
struct DatasetArchive: Sendable {
    /// The `datasets` folder of the workspace.
    let folder: String

    /// Copies the dataset's source, unless the same content exists already.
    ///
    /// - Parameters:
    ///   - name: The name of the copy, also if the same content exists under another name; nil uses
    ///     that of the file or folder.
    ///   - provenance: The origin of the rows, stored with them.
    /// - Returns: The copy, which reads as a dataset of the same digest.
    func add(
        _ dataset: Dataset,
        name: String? = nil,
        provenance: DatasetProvenance? = nil,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> String {
        try keep(dataset, as: name, isCancelled) { aside in
            let name = try Self.fileName(dataset, name: name ?? dataset.name)
            if FilePaths.isFolder(dataset.path) {
                try Files.makeFolder("\(aside)/\(name)")
                for file in dataset.files {
                    try Files.copy(file, to: "\(aside)/\(name)/\(FilePaths.name(file))")
                }
            } else {
                try Files.copy(dataset.path, to: "\(aside)/\(name)")
            }
            if let provenance { try write(provenance, in: aside) }
            return name
        }
    }

    /// Writes rows that have no file, unless the same content exists already.
    ///
    /// - Parameters:
    ///   - name: As for `add`.
    ///   - defaultName: The name if none is given.
    /// - Returns: A folder, which reads as a dataset of the same digest.
    func write(
        _ dataset: Dataset,
        name: String?,
        defaultName: String,
        provenance: DatasetProvenance,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> String {
        try keep(dataset, as: name, isCancelled) { aside in
            let name = name ?? defaultName
            try Self.check(name)
            try Files.makeFolder("\(aside)/\(name)")
            try Files.write(dataset.jsonLines(.training), to: "\(aside)/\(name)/train.jsonl")
            if !dataset.heldOut.isEmpty {
                let path = "\(aside)/\(name)/validation.jsonl"
                try Files.write(dataset.jsonLines(.heldOut), to: path)
            }
            try write(provenance, in: aside)
            return name
        }
    }

    /// The copy of a dataset under the given name; created if there is none.
    ///
    /// - Parameter body: Writes a copy into a folder and returns its name there.
    private func keep(
        _ dataset: Dataset,
        as name: String?,
        _ isCancelled: @escaping () -> Bool,
        _ body: (String) throws -> String
    ) throws -> String {
        let home = "\(folder)/\(dataset.digest)"
        let copy =
            try entry(in: home)
            ?? fill(home, as: dataset, isCancelled: isCancelled, body)
        // It may have existed already, or another process was first.
        if let name { try give(name, to: copy) }
        return copy
    }

    /// The origin of a copy's rows, if it was recorded.
    func provenance(of path: String) -> DatasetProvenance? {
        guard ResolvedPath(folder).contains(ResolvedPath(path)),
            let bytes = try? Files.read("\(FilePaths.parent(path))/\(Self.provenanceName)")
        else { return nil }
        return try? decodeJSON(DatasetProvenance.self, from: bytes)
    }

    /// Hidden, so that it is not mistaken for data.
    private static let provenanceName = ".provenance.json"

    private func write(_ provenance: DatasetProvenance, in folder: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let bytes = try encoder.encode(provenance)
        try Files.write(Array(bytes), to: "\(folder)/\(Self.provenanceName)")
    }

    /// Fills a temporary folder, verifies that it reads as the dataset, and moves it into place.
    ///
    /// - Parameter body: Writes into the folder and returns the name.
    private func fill(
        _ home: String,
        as dataset: Dataset,
        isCancelled: @escaping () -> Bool,
        _ body: (String) throws -> String
    ) throws -> String {
        let staging = StagingFolder(in: folder, digest: dataset.digest)
        staging.removeAbandoned()
        let aside = try staging.make()
        defer { staging.end() }
        let name = try body(aside)
        // Data that changed while it was copied would be stored under a wrong digest.
        let copied = try Dataset.read(path: "\(aside)/\(name)", isCancelled: isCancelled)
        guard copied.digest == dataset.digest else {
            throw WorkspaceError(
                .conflict,
                "\(dataset.path) was changed while it was read.",
                hint: "Try again."
            )
        }
        do throws(PlatformError) {
            try Files.rename(aside, to: home)
            return "\(home)/\(name)"
        } catch {
            // Another process was first.
            if let present = entry(in: home) { return present }
            throw WorkspaceError(error)
        }
    }

    /// All copies, the one that was added last first.
    func entries() -> [String] {
        Files.names(in: folder)
            .filter { !$0.hasPrefix(".") }
            .compactMap { entry(in: "\(folder)/\($0)") }
            .map { (path: $0, madeAt: FileStatus($0)?.modified) }
            .sorted { left, right in
                guard let first = left.madeAt, let second = right.madeAt, first != second else {
                    return left.path < right.path
                }
                return first > second
            }
            .map(\.path)
    }

    private func entry(in home: String) -> String? {
        Files.names(in: home).first { !$0.hasPrefix(".") }.map { "\(home)/\($0)" }
    }

    // MARK: Names

    /// The name that the user gave to an existing copy.
    func givenName(of path: String) -> String? {
        guard let bytes = (try? Files.read("\(FilePaths.parent(path))/\(Self.nameName)")) ?? nil,
            !bytes.isEmpty
        else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The name of a copy before the user renamed it.
    func formerName(of path: String) -> String? {
        givenName(of: path) == nil ? nil : Dataset.name(ofPath: path)
    }

    /// The name of the copy of this content; nil if there is none.
    func name(ofDigest digest: String) -> String? {
        entry(in: "\(folder)/\(digest)").map { givenName(of: $0) ?? Dataset.name(ofPath: $0) }
    }

    /// Renames a copy; its files stay at the path that runs have stored.
    private func give(_ name: String, to path: String) throws {
        try Self.check(name)
        let place = "\(FilePaths.parent(path))/\(Self.nameName)"
        let name = Dataset.name(from: name)
        if name == Dataset.name(ofPath: path) {
            Files.remove(place)
        } else {
            try Files.write(Array(name.utf8), to: place)
        }
    }

    /// Hidden, so that it is not mistaken for data.
    private static let nameName = ".name"

    /// The given name with the file's own extension, which decides how it is read.
    private static func fileName(_ dataset: Dataset, name: String?) throws -> String {
        let original = FilePaths.name(dataset.path)
        guard let name else { return original }
        try check(name)
        guard !FilePaths.isFolder(dataset.path), let dot = original.lastIndex(of: ".") else {
            return name
        }
        return name + original[dot...]
    }

    private static func check(_ name: String) throws(WorkspaceError) {
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
            throw WorkspaceError(
                .invalid,
                "\(VisibleText.name(name)) cannot be the name of a dataset.",
                hint: "Use letters and digits."
            )
        }
    }
}
