import Datasets
import Glibc

/// Content-addressed copies of data: `datasets/<digest>/<name>`, written once and never changed.
struct DatasetArchive: Sendable {
    /// The `datasets` folder of the workspace.
    let folder: String

    /// Copies what the dataset was read from, unless the same content is there.
    ///
    /// - Parameter name: What to call the copy; nil keeps the name of the file or folder.
    /// - Returns: The copy, which reads as a dataset of the same digest.
    func add(
        _ dataset: Dataset,
        name: String? = nil,
        isCancelled: @escaping () -> Bool = { false }
    ) throws -> String {
        let home = "\(folder)/\(dataset.digest)"
        if let present = entry(in: home) { return present }
        let aside = "\(folder)/.\(dataset.digest).\(getpid())"
        Files.remove(aside)
        do {
            try Files.makeFolder(aside)
            let name = try Self.fileName(dataset, name: name)
            if FilePaths.isFolder(dataset.path) {
                try Files.makeFolder("\(aside)/\(name)")
                for file in Files.names(in: dataset.path) where Self.isPart(file) {
                    try Files.copy("\(dataset.path)/\(file)", to: "\(aside)/\(name)/\(file)")
                }
            } else {
                try Files.copy(dataset.path, to: "\(aside)/\(name)")
            }
            // What changed while it was copied would lie under a digest that is not its own.
            let copied = try Dataset.read(path: "\(aside)/\(name)", isCancelled: isCancelled)
            guard copied.digest == dataset.digest else {
                throw WorkspaceError(
                    .conflict,
                    "\(dataset.path) was changed while it was read.",
                    hint: "Try again."
                )
            }
            guard rename(aside, home) == 0 || entry(in: home) != nil else {
                throw Files.failure(errno, "\(home) cannot be written")
            }
            return "\(home)/\(name)"
        } catch {
            Files.remove(aside)
            throw error
        }
    }

    /// All copies, in the order of their digests.
    func entries() -> [String] {
        Files.names(in: folder)
            .filter { !$0.hasPrefix(".") }
            .compactMap { entry(in: "\(folder)/\($0)") }
    }

    private func entry(in home: String) -> String? {
        Files.names(in: home).first { !$0.hasPrefix(".") }.map { "\(home)/\($0)" }
    }

    /// The given name with the file's own ending, which says how it is read.
    private static func fileName(_ dataset: Dataset, name: String?) throws -> String {
        let original = FilePaths.name(dataset.path)
        guard let name else { return original }
        guard !name.isEmpty, !name.hasPrefix("."), !name.contains("/") else {
            throw WorkspaceError(
                .invalid,
                "\(name) cannot be the name of a dataset.",
                hint: "Use letters and digits."
            )
        }
        guard !FilePaths.isFolder(dataset.path), let dot = original.lastIndex(of: ".") else {
            return name
        }
        return name + original[dot...]
    }

    private static func isPart(_ file: String) -> Bool {
        file.hasPrefix("train.") || file.hasPrefix("validation.")
    }
}
