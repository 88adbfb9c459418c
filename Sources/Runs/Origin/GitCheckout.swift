import Platform
package import Tracking

/// The commit that a folder's files were checked out from, read from `.git` without running git.
package struct GitCheckout: Equatable, Sendable {
    /// The commit's full hash.
    package var commit: String
    /// The branch; nil if none is checked out.
    package var branch: String?
    /// The address of `origin`, without passwords and tokens: those are before the host and after `?`.
    package var repository: String?

    /// The checkout that a folder is in; nil outside of a checkout, or before its first commit.
    package init?(containing folder: String) {
        guard let gitFolder = Self.gitFolder(above: folder),
            let head = Self.line("\(gitFolder)/HEAD")
        else { return nil }
        // A worktree has its own HEAD; branches and settings are shared.
        let common =
            Self.line("\(gitFolder)/commondir").map { Self.path($0, in: gitFolder) } ?? gitFolder
        if head.hasPrefix("ref: ") {
            let reference = String(head.dropFirst(5))
            guard let found = Self.commit(of: reference, in: [gitFolder, common]) else {
                return nil
            }
            commit = found
            branch = reference.hasPrefix("refs/heads/") ? String(reference.dropFirst(11)) : nil
        } else {
            commit = head
        }
        guard Self.isHash(commit) else { return nil }
        repository = Self.origin(in: "\(common)/config")
    }

    private static func gitFolder(above folder: String) -> String? {
        var folder = FilePaths.real(folder) ?? folder
        while true {
            let path = "\(folder)/.git"
            if FilePaths.isFolder(path) { return path }
            if let text = line(path), text.hasPrefix("gitdir: ") {
                return Self.path(String(text.dropFirst(8)), in: folder)
            }
            guard let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else {
                return nil
            }
            folder = String(folder[..<slash])
        }
    }

    private static func commit(of reference: String, in folders: [String]) -> String? {
        for folder in folders {
            if let commit = line("\(folder)/\(reference)") { return commit }
        }
        for folder in folders {
            let packed = (try? Files.text("\(folder)/packed-refs")) ?? ""
            for line in packed.split(separator: "\n") where line.hasSuffix(" \(reference)") {
                return String(line.prefix { $0 != " " })
            }
        }
        return nil
    }

    private static func origin(in path: String) -> String? {
        var isOrigin = false
        for line in ((try? Files.text(path)) ?? "").split(separator: "\n") {
            let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" })
            if line.hasPrefix("[") { isOrigin = line == "[remote \"origin\"]" }
            if isOrigin, words.count == 3, words[0] == "url", words[1] == "=" {
                return Secrets.redacted(String(words[2].prefix { $0 != "?" && $0 != "#" }))
            }
        }
        return nil
    }

    private static func path(_ text: String, in folder: String) -> String {
        text.hasPrefix("/") ? text : "\(folder)/\(text)"
    }

    private static func line(_ path: String) -> String? {
        guard FilePaths.exists(path), !FilePaths.isFolder(path) else { return nil }
        let text = try? Files.text(path)
        return text?.split(separator: "\n").first.map(String.init)
    }

    private static func isHash(_ text: String) -> Bool {
        (text.utf8.count == 40 || text.utf8.count == 64) && text.allSatisfy(\.isHexDigit)
    }
}

extension GitCheckout {
    /// The tags in which MLflow shows it.
    package var tags: [Tag] {
        [
            Tag(RunTag.gitCommit, commit),
            branch.map { Tag(RunTag.gitBranch, $0) },
            repository.map { Tag(RunTag.gitRepository, $0) },
        ]
        .compactMap { $0 }
    }
}
