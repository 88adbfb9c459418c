import Platform

/// The folders that are searched for the program's own files.
public struct ResourceFolders: Sendable, Equatable {
    /// The folders, in the order of precedence.
    public var roots: [String]

    /// Searches these folders.
    public init(roots: [String]) {
        self.roots = roots
    }

    /// Under `share/workbench` of the program's prefix, beside the program, and beside the source.
    ///
    /// In this order an installed program never uses the files of its source tree.
    public static var standard: ResourceFolders {
        var roots: [String] = []
        if let executable = ProcessEnvironment.executable {
            let folder = FilePaths.parent(executable)
            roots += ["\(FilePaths.parent(folder))/share/workbench", folder]
        }
        // Sources/Workspace/Folder/ResourceFolders.swift
        var source = #filePath
        for _ in 0..<4 { source = FilePaths.parent(source) }
        return ResourceFolders(roots: roots + [source])
    }

    /// The first folder of this name; nil if there is none.
    public func folder(named name: String) -> String? {
        roots.lazy.map { "\($0)/\(name)" }.first(where: FilePaths.isFolder)
    }
}
