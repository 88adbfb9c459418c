import Database
import FoundationEssentials
import GRDB
import JSON
import Tracking

/// A file that a version refers to, as it was when the version was registered.
public struct VersionFile: Sendable, Equatable, Codable {
    /// Its path below the version's storage location; empty if the location is the file itself.
    public var path: String
    /// Its size in bytes.
    public var size: Int
    /// The SHA-256 of its content in lower-case hexadecimal; nil if it was not read yet.
    public var sha256: String?
    /// The stamp of the file when it was last found unchanged; nil if it must be read to check.
    ///
    /// A file with the same stamp has not been written since.
    public var stamp: String?

    /// Creates a file from its parts.
    public init(path: String, size: Int, sha256: String?, stamp: String? = nil) {
        self.path = path
        self.size = size
        self.sha256 = sha256
        self.stamp = stamp
    }

    private enum CodingKeys: String, CodingKey { case path, size, sha256 }
}

extension ModelRegistry {
    /// The files of a version when it was registered; nil if they were not recorded.
    public func files(of model: String, version: Int) throws -> [VersionFile]? {
        try store.read { db in
            let statement = try db.cachedStatement(
                sql: "SELECT files, stamps FROM wb_version_files WHERE name = ? AND version = ?"
            )
            guard let row = try Row.fetchOne(statement, arguments: [model, version]) else {
                return nil
            }
            var files = try decodeJSON([VersionFile].self, from: Array((row[0] as String).utf8))
            let found = try (row[1] as String?).map {
                try decodeJSON([String: Sighting].self, from: Array($0.utf8))
            }
            for place in files.indices {
                guard let sighting = found?[files[place].path] else { continue }
                files[place].stamp = sighting.stamp
                files[place].sha256 = files[place].sha256 ?? sighting.sha256
            }
            return files
        }
    }

    /// Records that a version's files were found unchanged, with what was read for that.
    ///
    /// This is no change of the registry: it has no entry in the history.
    public func confirm(_ files: [VersionFile], of model: String, version: Int) throws {
        try store.write(.registeredModel, model) { db in
            try db.execute(
                sql: "UPDATE wb_version_files SET stamps = ? WHERE name = ? AND version = ?",
                arguments: [try files.encodedStamps(), model, version]
            )
        }
    }

    func insert(_ db: Database, _ files: [VersionFile], of model: String, version: Int) throws {
        try db.execute(
            sql: "INSERT INTO wb_version_files (name, version, files, stamps) VALUES (?, ?, ?, ?)",
            arguments: [model, version, try files.encoded(), try files.encodedStamps()]
        )
    }
}

/// The record that a file was found unchanged, separate from what undo compares.
private struct Sighting: Codable {
    var stamp: String
    /// Read since the version was registered, if it was not then.
    var sha256: String?
}

extension [VersionFile] {
    fileprivate func encoded() throws -> String { try Self.text(self) }

    fileprivate func encodedStamps() throws -> String {
        let found = compactMap { file in
            file.stamp.map { (file.path, Sighting(stamp: $0, sha256: file.sha256)) }
        }
        return try Self.text(Dictionary(found) { first, _ in first })
    }

    private static func text(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }
}
