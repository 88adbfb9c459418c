internal import JSON
internal import Platform
internal import Transfers

/// The hub's list of a repository's files at one commit.
struct HubListing: Sendable, Equatable {
    /// A file with the checksum that shows whether it is complete.
    struct File: Sendable, Equatable {
        let path: String
        let byteCount: Int
        let checksum: Checksum
    }

    /// The commit, so that all files are from the same one.
    let commit: String
    let files: [File]

    /// Parses the hub's response to `api/models/…/revision/…?blobs=true`.
    ///
    /// Throws `ModelFileError` with `downloadFailed` for an invalid response, or one with a file
    /// outside the repository.
    init(json: [UInt8]) throws(ModelFileError) {
        let answer: Answer
        do {
            answer = try decodeJSON(Answer.self, from: json)
        } catch {
            throw ModelFileError(.downloadFailed, "its list of files cannot be read.")
        }
        guard Self.isHexadecimal(answer.sha, count: 40) else {
            throw ModelFileError(.downloadFailed, "its list of files names no commit.")
        }
        commit = answer.sha
        var files: [File] = []
        for sibling in answer.siblings ?? [] {
            guard HubReference.isSafePath(sibling.rfilename), let size = sibling.byteCount,
                size >= 0, let checksum = sibling.checksum
            else { continue }
            files.append(File(path: sibling.rfilename, byteCount: size, checksum: checksum))
        }
        self.files = files
        // So sums of sizes cannot overflow.
        var sum = 0
        for file in files {
            let (next, overflow) = sum.addingReportingOverflow(file.byteCount)
            guard !overflow, next <= Self.largestRepository else {
                throw ModelFileError(
                    .downloadFailed,
                    "its list of files has sizes that cannot be, such as \(file.byteCount) bytes."
                )
            }
            sum = next
        }
    }

    /// A pebibyte, in bytes: more than the size of any model.
    private static let largestRepository = 1 << 50

    private struct Answer: Decodable {
        let sha: String
        let siblings: [Sibling]?
    }

    private struct Sibling: Decodable {
        struct LargeFile: Decodable {
            let sha256: String?
            let oid: String?
            let size: Int?
        }

        let rfilename: String
        let size: Int?
        let blobId: String?
        let lfs: LargeFile?

        var byteCount: Int? { lfs?.size ?? size }

        /// The content's SHA-256 for a large file; otherwise Git's hash of the content.
        var checksum: Checksum? {
            if let lfs {
                guard let digest = lfs.sha256 ?? lfs.oid, isHexadecimal(digest, count: 64) else {
                    return nil
                }
                return .sha256(digest.lowercased())
            }
            guard let blobId, isHexadecimal(blobId, count: 40) else { return nil }
            return .gitBlob(blobId.lowercased())
        }
    }

    private static func isHexadecimal(_ text: String, count: Int) -> Bool {
        text.utf8.count == count && text.utf8.allSatisfy { Character(UnicodeScalar($0)).isHexDigit }
    }

    // MARK: - Selection

    /// The files of a reference: the one it names, or a whole model in safetensors, or the only
    /// GGUF file.
    func selection(_ reference: HubReference) throws(ModelFileError) -> [File] {
        if let name = reference.file {
            guard let file = files.first(where: { $0.path == name }) else {
                throw ModelFileError(
                    .notFound,
                    "\(reference.repository) has no file \(name).",
                    hint: whatThereIs(reference)
                )
            }
            return try parts(of: file, reference)
        }
        let weights = try weights(of: reference)
        if !weights.isEmpty {
            guard let configuration = files.first(where: { $0.path == "config.json" }) else {
                throw ModelFileError(
                    .missingPart,
                    "\(reference.repository) has weights but no config.json.",
                    hint: "take the repository of the whole model"
                )
            }
            // The configuration comes last: if it exists, the model is complete.
            return files.filter { Self.companions.contains($0.path) } + weights + [configuration]
        }
        let single = files.filter { $0.path.hasSuffix(".gguf") && NumberedPart.isFirst($0.path) }
        guard single.count == 1 else {
            throw ModelFileError(
                .notFound,
                single.isEmpty
                    ? "\(reference.repository) has no model in safetensors or GGUF."
                    : "\(reference.repository) has \(single.count) models in GGUF.",
                hint: single.isEmpty ? nil : whatThereIs(reference)
            )
        }
        return try parts(of: single[0], reference)
    }

    /// A file, or all parts of the model that it belongs to.
    private func parts(
        of file: File,
        _ reference: HubReference
    ) throws(ModelFileError) -> [File] {
        var parts: [File] = []
        for path in NumberedPart.paths(of: file.path) {
            guard let part = files.first(where: { $0.path == path }) else {
                throw ModelFileError(
                    .missingPart,
                    "\(reference.repository) has \(file.path), but not the part \(path).",
                    hint: "take another repository or revision"
                )
            }
            parts.append(part)
        }
        return parts
    }

    /// The files that a model needs besides its weights and configuration, if the repository has
    /// them.
    private static let companions: Set = [
        "generation_config.json", "tokenizer.json", "tokenizer_config.json", "tokenizer.model",
        "special_tokens_map.json", "added_tokens.json", "vocab.json", "merges.txt",
        "chat_template.jinja", "chat_template.json", "model.safetensors.index.json", "LICENSE",
    ]

    private func weights(of reference: HubReference) throws(ModelFileError) -> [File] {
        let whole = files.filter { $0.path == "model.safetensors" }
        guard whole.isEmpty else { return whole }
        let parts = files.filter {
            $0.path.hasPrefix("model-") && $0.path.hasSuffix(".safetensors")
        }
        guard let first = parts.first else { return [] }
        // model-00001-of-00003.safetensors
        let count = first.path.dropLast(".safetensors".count).split(separator: "-").last
            .flatMap { Int($0) }
        guard count == parts.count else {
            throw ModelFileError(
                .missingPart,
                "\(reference.repository) has \(parts.count) of the model's "
                    + "\(count.map(String.init) ?? "unknown number of") parts.",
                hint: "take another repository or revision"
            )
        }
        return parts
    }

    private func whatThereIs(_ reference: HubReference) -> String {
        let names = files.filter { $0.path.hasSuffix(".gguf") && NumberedPart.isFirst($0.path) }
            .prefix(40).map { first in
                let paths = Set(NumberedPart.paths(of: first.path))
                let size = files.reduce(0) { $0 + (paths.contains($1.path) ? $1.byteCount : 0) }
                return "\(reference.repository):\(first.path) (\(size / 1_000_000) MB)"
            }
        return names.isEmpty ? "it has no GGUF file" : "name one: \(names.joined(separator: ", "))"
    }
}
