import Crypto
import Foundation
import Glibc
import JSON
import Workspace

/// Who may reach the server from elsewhere: names, roles, and hashes of their tokens, in a file
/// that only its owner reads.
public struct TokenFile: Sendable {
    /// What somebody may do.
    public enum Role: String, Codable, Sendable, CaseIterable {
        /// Look.
        case read
        /// Look and change.
        case write
    }

    /// One token.
    public struct Entry: Codable, Sendable, Equatable {
        /// Whom it was given to; the user's name in basic authentication.
        public let name: String
        /// What it allows.
        public let role: Role
        let sha256: String
    }

    /// What went wrong with the file.
    public struct Failure: Error, CustomStringConvertible {
        /// In words.
        public let description: String
    }

    /// The path of the file.
    public let path: String
    /// The tokens in it, by name.
    public private(set) var entries: [Entry]
    private var stamp: [Int]

    /// Reads the file; no file means no tokens.
    ///
    /// - Throws: `Failure` where others may read it, or it is no such file.
    public init(path: String) throws {
        self.path = path
        stamp = Self.stamp(path)
        var status = stat()
        guard stat(path, &status) == 0 else {
            entries = []
            return
        }
        guard status.st_mode & 0o077 == 0 else {
            throw Failure(
                description: "\(path) can be read by other users. hint: chmod 600 \(path)"
            )
        }
        do {
            let data = try Data(contentsOf: URL(fileURLWithPath: path))
            entries = try decodeJSON([Entry].self, from: Array(data))
        } catch {
            throw Failure(
                description: "\(path) is no list of tokens. hint: remove it and make them anew"
            )
        }
    }

    /// Makes a token for somebody, in place of an earlier one, and gives it; it is kept nowhere.
    public mutating func add(_ name: String, role: Role) throws -> String {
        guard !name.isEmpty, !name.contains(where: { $0 == ":" || $0.isNewline }) else {
            throw Failure(description: "A name has at least one letter and no ':'.")
        }
        let secret = SymmetricKey(size: .bits256).withUnsafeBytes { Data($0) }
        let token = "wb_" + secret.map { String(format: "%02x", $0) }.joined()
        entries.removeAll { $0.name == name }
        entries.append(Entry(name: name, role: role, sha256: Self.hash(token)))
        entries.sort { $0.name < $1.name }
        try write()
        return token
    }

    /// Takes somebody's token back; false where there is none.
    public mutating func remove(_ name: String) throws -> Bool {
        let before = entries.count
        entries.removeAll { $0.name == name }
        guard entries.count < before else { return false }
        try write()
        return true
    }

    /// Reads the file again if it has changed; one that cannot be read allows nobody in.
    mutating func refresh() {
        guard Self.stamp(path) != stamp else { return }
        do { self = try TokenFile(path: path) } catch { entries = [] }
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

    private func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
        let data = try encoder.encode(entries)
        do { try Files.write(Array(data), to: path) } catch {
            throw Failure(description: "\(error)")
        }
    }
}
