import Crypto
import Foundation
import Glibc
import JSON
import Platform

/// Who may reach the server from elsewhere: names, roles, and hashes of their tokens, in a file
/// that only its owner reads.
package struct TokenFile: Sendable {
    /// What somebody may do.
    package enum Role: String, Codable, Sendable, CaseIterable {
        /// Look.
        case read
        /// Look and change.
        case write
    }

    /// One token.
    package struct Entry: Codable, Sendable, Equatable {
        /// Whom it was given to; the user's name in basic authentication.
        package let name: String
        /// What it allows.
        package let role: Role
        let sha256: String
    }

    /// The path of the file.
    package let path: String
    /// The tokens in it, by name.
    package private(set) var entries: [Entry]
    private var stamp: [Int]

    /// Reads the file; no file means no tokens.
    ///
    /// - Throws: ``ServerError`` where others may read it, or it is no such file.
    package init(path: String) throws {
        self.path = path
        entries = []
        stamp = Self.stamp(path)
        guard let file = Descriptor.open(path, O_RDONLY | O_NONBLOCK) else {
            if errno == ENOENT { return }
            // It may be read later without anybody doing anything.
            throw ServerError(
                Descriptor.isShortage(errno) ? .unavailable : .inaccessible,
                "\(path) cannot be read: \(String(cString: strerror(errno)))"
            )
        }
        let noList = ServerError(
            .inaccessible,
            "\(path) is no list of tokens.",
            hint: "Remove it and make them anew."
        )
        guard let status = file.status, status.isFile else { throw noList }
        guard status.st_mode & 0o077 == 0 else {
            throw ServerError(
                .inaccessible,
                "\(path) can be read by other users.",
                hint: "chmod 600 \(path)"
            )
        }
        guard let bytes = file.bytes() else { throw noList }
        do { entries = try decodeJSON([Entry].self, from: bytes) } catch { throw noList }
    }

    /// Makes a token for somebody, in place of an earlier one, and gives it; it is kept nowhere.
    ///
    /// - Parameter show: Shows the token to whom it is for. Where that fails the token is not valid,
    ///   and an earlier one stays so.
    @discardableResult
    package mutating func add(
        _ name: String,
        role: Role,
        show: (_ token: String) throws -> Void = { _ in }
    ) throws -> String {
        let isName =
            !name.isEmpty
            && name.unicodeScalars.allSatisfy {
                $0 != ":" && $0.properties.generalCategory != .control
            }
        guard isName, name.utf8.count <= Self.longestName else {
            throw ServerError(
                .inaccessible,
                "A name has 1 to \(Self.longestName) bytes, no ':' and no control "
                    + "characters."
            )
        }
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let token = "wb_" + secret.map { String(format: "%02x", $0) }.joined()
        _ = try change { entries in
            entries.removeAll { $0.name == name }
            entries.append(Entry(name: name, role: role, sha256: Self.hash(token)))
            entries.sort { $0.name < $1.name }
            try show(token)
            return true
        }
        return token
    }

    /// Takes somebody's token back; false where there is none.
    package mutating func remove(_ name: String) throws -> Bool {
        try change { entries in
            let before = entries.count
            entries.removeAll { $0.name == name }
            return entries.count < before
        }
    }

    private static let longestName = 250

    /// Changes what is in the file now, one process after another; when this returns it is on the
    /// disk.
    ///
    /// - Parameter body: Gives whether it has changed anything.
    private mutating func change(_ body: (inout [Entry]) throws -> Bool) throws -> Bool {
        // The file itself is replaced by each change, so that its lock would be another one's.
        let name = "\(path).lock"
        let number = open(name, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0o600)
        guard number >= 0 else {
            throw Self.failure("\(name) cannot be opened")
        }
        let lock = Descriptor(number)
        defer { withExtendedLifetime(lock) {} }
        while flock(lock.number, LOCK_EX) != 0 {
            guard errno == EINTR else {
                throw Self.failure("\(name) cannot be locked")
            }
        }
        self = try TokenFile(path: path)
        var changed = entries
        guard try body(&changed) else { return false }
        try write(changed)
        entries = changed
        stamp = Self.stamp(path)
        return true
    }

    /// Reads the file again if it has changed; one that cannot be read allows nobody in.
    ///
    /// - Returns: Whether it is known what is in it; false while no descriptor is left to read it.
    mutating func refresh() -> Bool {
        guard Self.stamp(path) != stamp else { return true }
        do { self = try TokenFile(path: path) } catch {
            if (error as? ServerError)?.code == .unavailable { return false }
            entries = []
        }
        return true
    }

    private static func failure(_ what: String) -> ServerError {
        ServerError(.inaccessible, "\(what): \(String(cString: strerror(errno)))")
    }

    private static func stamp(_ path: String) -> [Int] {
        var status = stat()
        guard stat(path, &status) == 0 else { return [] }
        return [
            Int(status.st_ino), Int(status.st_size), status.st_mtim.tv_sec, status.st_mtim.tv_nsec,
        ]
    }

    /// Whose token it is.
    package func owner(of token: String, named name: String? = nil) -> Entry? {
        let hash = Self.hash(token)
        return entries.first { $0.sha256 == hash && (name == nil || $0.name == name) }
    }

    /// Tokens are 256 random bits, so that a plain hash keeps them.
    private static func hash(_ token: String) -> String {
        SHA256.hash(data: Data(token.utf8)).map { String(format: "%02x", $0) }.joined()
    }

    private func write(_ entries: [Entry]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data = try encoder.encode(entries)
        do {
            try OutputFile.write(Array(data), to: path, replaces: true, mode: 0o600)
        } catch {
            throw ServerError(.inaccessible, error.message, hint: error.hint)
        }
        // A token that was taken back stays so when the power fails.
        let parent = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
        if let folder = Descriptor.open(parent, O_RDONLY | O_DIRECTORY) { fsync(folder.number) }
    }
}
