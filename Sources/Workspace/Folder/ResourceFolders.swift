/// Where the files that ship with the program may lie.
public struct ResourceFolders: Sendable, Equatable {
    /// Folders to look in, the first that has the thing counts.
    public var roots: [String]

    /// Looks in these folders.
    public init(roots: [String]) {
        self.roots = roots
    }

    /// Beside the source, beside the program, and under `share/workbench` of its prefix.
    public static var standard: ResourceFolders {
        // Sources/Workspace/Folder/ResourceFolders.swift
        var source = #filePath
        for _ in 0..<4 { source = FilePaths.parent(source) }
        var roots = [source]
        if let executable = ProcessEnvironment.executable {
            let folder = FilePaths.parent(executable)
            roots += [folder, "\(FilePaths.parent(folder))/share/workbench"]
        }
        return ResourceFolders(roots: roots)
    }

    /// The first folder of this name; nil where none has it.
    public func folder(named name: String) -> String? {
        roots.lazy.map { "\($0)/\(name)" }.first(where: FilePaths.isFolder)
    }
}
