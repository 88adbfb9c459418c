import Crypto
import Foundation
import Glibc
import JSON
import Platform

/// The tokens for access from other machines: names, roles and hashes, in a file that only its owner
/// can read.
package struct TokenFile: Sendable {
    /// The permissions of a token.
    package enum Role: String, Codable, Sendable, CaseIterable {
        /// Reading.
        case read
        /// Reading and changing.
        case write
    }

    /// One token.
    package struct Entry: Codable, Sendable, Equatable {
        /// The name of its holder; the user name in basic authentication.
        package let name: String
        /// Its permissions.
        package let role: Role
        let sha256: String
    }

    /// The path of the file.
    package let path: String
    /// The tokens in it, by name.
    package private(set) var entries: [Entry]
    private var stamp: FileStamp?

    /// Reads the file; no file means no tokens.
    ///
    /// - Throws: ``ServerError`` if others may read the file, or it has another format.
    package init(path: String) throws {
        self.path = path
        entries = []
        stamp = FileStamp(path: path)
        guard let file = Descriptor.open(path, O_RDONLY | O_NONBLOCK) else {
            if errno == ENOENT { return }
            // A shortage of descriptors is temporary.
            throw ServerError(
                Descriptor.isShortage(errno) ? .unavailable : .inaccessible,
                "\(path) cannot be read: \(systemMessage(errno))"
            )
        }
        let noList = ServerError(
            .inaccessible,
            "\(path) is not a list of tokens.",
            hint: "Remove it and make new tokens."
        )
        guard let status = file.status, status.kind == .file else { throw noList }
        guard status.mode & 0o077 == 0 else {
            throw ServerError(
                .inaccessible,
                "\(path) can be read by other users.",
                hint: "chmod 600 \(path)"
            )
        }
        guard let bytes = file.bytes() else { throw noList }
        do { entries = try decodeJSON([Entry].self, from: bytes) } catch { throw noList }
    }

    /// Makes a token, replacing an earlier one of that name, and returns it; the file keeps its hash.
    ///
    /// - Parameter show: Shows the token. If it throws, the file is not changed.
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
        guard isName, name.utf8.count <= Self.maximumNameLength else {
            throw ServerError(
                .inaccessible,
                "A name has 1 to \(Self.maximumNameLength) bytes, no ':' and no control "
                    + "characters."
            )
        }
        let token = "wb_" + SymmetricKey(size: .bits256).withUnsafeBytes { hexadecimal($0) }
        _ = try change { entries in
            entries.removeAll { $0.name == name }
            entries.append(Entry(name: name, role: role, sha256: sha256(of: token)))
            entries.sort { $0.name < $1.name }
            try show(token)
            return true
        }
        return token
    }

    /// Revokes a token; false if there is none of that name.
    package mutating func remove(_ name: String) throws -> Bool {
        try change { entries in
            let before = entries.count
            entries.removeAll { $0.name == name }
            return entries.count < before
        }
    }

    private static let maximumNameLength = 250

    /// Changes the file, one process at a time; the change is on the disk when this returns.
    ///
    /// - Parameter body: Returns whether it changed anything.
    private mutating func change(_ body: (inout [Entry]) throws -> Bool) throws -> Bool {
        // Each change replaces the file, so it cannot be locked itself.
        let name = "\(path).lock"
        guard let lock = Descriptor.open(name, O_RDWR | O_CREAT | O_NOFOLLOW) else {
            throw Self.failure("\(name) cannot be opened")
        }
        defer { withExtendedLifetime(lock) {} }
        let code = FileLock.wait(.exclusive, on: lock.number)
        guard code == 0 else { throw Self.failure("\(name) cannot be locked", code) }
        self = try TokenFile(path: path)
        var changed = entries
        guard try body(&changed) else { return false }
        try write(changed)
        entries = changed
        stamp = FileStamp(path: path)
        return true
    }

    /// Reads the file again if it has changed; an unreadable file has no tokens.
    ///
    /// - Returns: False if no descriptor is left to read it.
    mutating func refresh() -> Bool {
        guard FileStamp(path: path) != stamp else { return true }
        do { self = try TokenFile(path: path) } catch {
            if (error as? ServerError)?.code == .unavailable { return false }
            entries = []
        }
        return true
    }

    private static func failure(_ what: String, _ code: Int32 = errno) -> ServerError {
        ServerError(.inaccessible, "\(what): \(systemMessage(code))")
    }

    /// The entry of a token; nil if there is none.
    package func owner(of token: String, named name: String? = nil) -> Entry? {
        // Tokens are 256 random bits, so a plain hash is safe.
        let hash = sha256(of: token)
        return entries.first { $0.sha256 == hash && (name == nil || $0.name == name) }
    }

    private func write(_ entries: [Entry]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data = try encoder.encode(entries)
        do {
            try Files.write(data, to: path)
        } catch {
            throw ServerError(.inaccessible, error)
        }
        // A revoked token stays revoked after a power failure.
        try? Files.synchronize(folder: FilePaths.parent(path))
    }
}
