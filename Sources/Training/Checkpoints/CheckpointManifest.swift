import Crypto
import FoundationEssentials
import JSON
import Platform

/// The files of a checkpoint besides the adapter's own.
enum CheckpointFile: String {
    case optimizer = "optimizer.safetensors"
    case state = "state.json"
    case manifest = "manifest.json"

    func path(in folder: String) -> String { "\(folder)/\(rawValue)" }
}

/// The digest of every file of a checkpoint; it is written last and completes the checkpoint.
package struct CheckpointManifest: Codable, Equatable {
    struct Entry: Codable, Equatable {
        let bytes: Int
        let sha256: String
    }

    let files: [String: Entry]
    /// The HMAC of the entries with a key that only the run knows; nil in those of older runs.
    let seal: String?

    /// Computes the digests of all files in `folder`.
    package static func make(folder: String, key: String? = nil) throws -> CheckpointManifest {
        var files: [String: Entry] = [:]
        for name in try FolderListing.namesIfPresent(in: folder)
        where name != CheckpointFile.manifest.rawValue {
            files[name] = try entry("\(folder)/\(name)")
        }
        return CheckpointManifest(files: files, seal: key.map { seal(files, with: $0) })
    }

    /// Writes it beside the files.
    package func write(folder: String) throws {
        try Files.writeNew(
            CheckpointJSON.data(self),
            to: CheckpointFile.manifest.path(in: folder),
            replaces: true
        )
    }

    static func read(folder: String) throws -> CheckpointManifest {
        let path = CheckpointFile.manifest.path(in: folder)
        guard FilePaths.isFile(path) else {
            throw TrainingError(
                .damagedCheckpoint,
                "\(folder) has no manifest: it was not written to its end."
            )
        }
        return try CheckpointJSON.read(CheckpointManifest.self, path)
    }

    /// The entries' HMAC (RFC 2104), in hex.
    private static func seal(_ files: [String: Entry], with key: String) -> String {
        var code = HMAC<SHA256>(key: SymmetricKey(data: Array(key.utf8)))
        for (name, entry) in files.sorted(by: { $0.key < $1.key }) {
            code.update(data: Array("\(name)\0\(entry.bytes)\0\(entry.sha256)\0".utf8))
        }
        return hexadecimal(code.finalize())
    }

    /// Checks that every file exists and is unchanged since it was written.
    ///
    /// - Parameter key: The key that the manifest is sealed with; nil for one of an older run.
    func verify(folder: String, key: String? = nil) throws {
        if let key, seal != Self.seal(files, with: key) {
            throw TrainingError(
                .damagedCheckpoint,
                "The manifest of \(folder) is not the one that the run wrote: something in the "
                    + "checkpoint was altered."
            )
        }
        for required in [CheckpointFile.optimizer, .state] where files[required.rawValue] == nil {
            throw TrainingError(
                .damagedCheckpoint,
                "The manifest of \(folder) does not list \(required.rawValue)."
            )
        }
        let weights = ["adapter_model.safetensors", ParameterFile.name]
        guard weights.contains(where: { files[$0] != nil }) else {
            throw TrainingError(.damagedCheckpoint, "The manifest of \(folder) lists no weights.")
        }
        for (name, expected) in files.sorted(by: { $0.key < $1.key }) {
            let path = "\(folder)/\(name)"
            guard FilePaths.isFile(path) else {
                throw TrainingError(.damagedCheckpoint, "\(path) is missing, or no plain file.")
            }
            guard try Self.entry(path) == expected else {
                throw TrainingError(
                    .damagedCheckpoint,
                    "\(path) is not as it was written: it was cut short or altered."
                )
            }
        }
    }

    private static func entry(_ path: String) throws -> Entry {
        let (sha256, bytes) = try Files.sha256(path)
        return Entry(bytes: bytes, sha256: sha256)
    }
}

/// The JSON format of checkpoints.
enum CheckpointJSON {
    static func data(_ value: some Encodable) throws -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        return try Array(encoder.encode(value)) + [UInt8(ascii: "\n")]
    }

    /// The position of a missing or invalid value in a file, in words.
    private static func place(of error: any Error) -> String {
        guard let error = error as? DecodingError else { return "" }
        let (context, missing): (DecodingError.Context, String?) =
            switch error {
            case .keyNotFound(let key, let context): (context, key.stringValue)
            case .typeMismatch(_, let context), .valueNotFound(_, let context),
                .dataCorrupted(let context):
                (context, nil)
            @unknown default: (.init(codingPath: [], debugDescription: ""), nil)
            }
        let path = context.codingPath.map { $0.intValue.map { "\($0)" } ?? $0.stringValue }
            .joined(separator: ".")
        if let missing { return ": \(path.isEmpty ? "" : "\(path).")\(missing) is missing" }
        return path.isEmpty ? ": \(context.debugDescription)" : ": \(path) has an invalid value"
    }

    static func read<Value: Decodable>(_ type: Value.Type, _ path: String) throws -> Value {
        var bytes = Data()
        try Files.read(path) { bytes.append(contentsOf: $0) }
        do {
            return try decodeJSON(type, from: Array(bytes))
        } catch {
            throw TrainingError(
                .damagedCheckpoint,
                "\(path) is not what a checkpoint holds\(Self.place(of: error))."
            )
        }
    }
}
