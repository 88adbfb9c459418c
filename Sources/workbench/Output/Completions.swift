import ArgumentParser
import Platform
import Runs
import Workspace

/// Completions for shells: the names in the workspace.
extension CompletionKind {
    /// Runs, by name.
    static let runs = names { try $0.runs.list().map(\.name) }
    /// Deleted runs, by name.
    static let deletedRuns = names {
        try $0.runs.list(includingDeleted: true).filter(\.isDeleted).map(\.name)
    }
    /// Datasets, by name, and files.
    static let datasets = names(orFiles: true) { try $0.datasets.list().map(\.name) }
    /// Models that are installed, by name, and files.
    static let models = names(orFiles: true) {
        try $0.models.list().filter(\.isInstalled).map(\.name)
    }
    /// Models that can be pulled, by name.
    static let catalogue = names { try $0.models.list().map(\.name) }
    /// Registered models, by name.
    static let registered = names { try $0.registry.list().map(\.name) }
    /// Chat targets: installed models, registered ones by their URIs, and files.
    static let targets = names(orFiles: true) { workspace in
        let models = try workspace.models.list().filter(\.isInstalled).map(\.name)
        let registered = try workspace.registry.list().flatMap { model in
            model.versions.map { "models:/\(model.name)/\($0.number)" }
                + model.versions.flatMap(\.aliases).map { "models:/\(model.name)@\($0)" }
        }
        return models + registered
    }

    /// Names from the workspace on the command line; none if it cannot be read.
    static func names(
        orFiles takesFiles: Bool = false,
        _ list: @escaping @Sendable (Workspace) throws -> [String]
    ) -> CompletionKind {
        .custom { words, _, prefix in
            var found = takesFiles ? files(prefix) : []
            if let workspace = try? Workspace.open(
                Workspace.Configuration(folder: folder(in: words), isReadOnly: true)
            ) {
                defer { workspace.close() }
                found = ((try? list(workspace)) ?? []) + found
            }
            return found.filter { $0.hasPrefix(prefix) }
        }
    }

    /// The files whose paths start with a prefix; folders end with a slash.
    private static func files(_ prefix: String) -> [String] {
        let folder = prefix.lastIndex(of: "/").map { String(prefix[...$0]) } ?? ""
        return Files.names(in: folder.isEmpty ? "." : folder).map { name in
            folder + name + (FilePaths.isFolder(folder + name) ? "/" : "")
        }
    }

    /// The folder behind the last `--workspace` among words.
    private static func folder(in words: [String]) -> String? {
        for (place, word) in words.enumerated().reversed() {
            if word == "--workspace", place + 1 < words.count { return words[place + 1] }
            if word.hasPrefix("--workspace=") { return String(word.dropFirst(12)) }
        }
        return nil
    }
}
