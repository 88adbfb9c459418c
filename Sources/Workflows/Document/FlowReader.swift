public import Platform

/// Reads the files of flows.
public struct FlowReader: Sendable {
    /// The kinds of task that a file may use.
    public let kinds: TaskKinds
    /// The documents of the files that it has read.
    package let documents = DocumentCache()

    /// Creates a reader.
    public init(kinds: TaskKinds) { self.kinds = kinds }

    /// Reads and checks the file at a path: a flow's, an `MLproject` or a `dvc.yaml`; of a folder,
    /// the one of these two that is there.
    ///
    /// `FOLDER#NAME` is another entry point of an `MLproject` than `main`; it is in the flow's
    /// ``Flow/path``, too. A project becomes the text of a flow, which is the flow's
    /// ``Flow/source``.
    ///
    /// - Throws: ``FlowError`` with the code `invalidFile`, whose `details` have a line
    ///   `LINE:COLUMN: what` for each fault, or `notFound`.
    public func read(_ path: String) throws(FlowError) -> Flow {
        try read(path, .everything)
    }

    /// Reads the name and the parameters of the file at a path, without its tasks.
    ///
    /// Another flow whose tasks run this one is checked with it: files that name each other are not
    /// read without end.
    ///
    /// - Throws: The errors of ``read(_:)``, except for faults of tasks.
    package func outline(_ path: String) throws(FlowError) -> Flow {
        try read(path, .outline)
    }

    /// What of a file is read.
    private enum Extent {
        /// The name and the parameters.
        case outline
        /// The flow, without a look at what its tasks name outside the file.
        case text
        case everything
    }

    private func read(_ path: String, _ extent: Extent) throws(FlowError) -> Flow {
        var path = path
        var entryPoint: String?
        if !FilePaths.exists(path), let sign = path.lastIndex(of: "#") {
            entryPoint = String(path[sign...].dropFirst())
            path = String(path[..<sign])
        }
        path = ResolvedPath.entry(path).text
        if FilePaths.isFolder(path) { path = try ForeignProject.file(in: path) }
        let bytes = try FileBytes.read(path)
        guard let project = ForeignProject(path: path) else {
            if let entryPoint {
                let name = DocumentFaults.quoted(entryPoint)
                throw FlowError(.invalid, "\(path) is a flow, which has no entry point \(name).")
            }
            return try parse(bytes, path: path, extent)
        }
        let faults = DocumentFaults()
        let text = project.flowText(bytes, path: path, entryPoint: entryPoint, faults)
        guard let text, faults.isEmpty else { throw faults.error(in: path) }
        do throws(FlowError) {
            let place = entryPoint.map { "\(path)#\($0)" } ?? path
            return try parse(Array(text.utf8), path: place, extent)
        } catch {
            throw FlowError(
                error.code,
                "\(path) cannot be read as a flow: \(error.details?.first ?? error.message)",
                details: error.details
            )
        }
    }

    /// Reads and checks the text of a flow.
    ///
    /// - Parameter path: The absolute path of the file that it was read from.
    /// - Throws: ``FlowError`` with the code `invalidFile`.
    public func parse(_ source: String, path: String) throws(FlowError) -> Flow {
        try parse(Array(source.utf8), path: path, .everything)
    }

    /// Reads the text that a flow run keeps in ``Flow/source``, which was checked when it was stored.
    ///
    /// Files, datasets and other flows that its tasks name may be gone since.
    ///
    /// - Parameter path: The absolute path of the file that it was read from.
    /// - Throws: ``FlowError`` with the code `invalidFile` for what this version cannot read.
    package func stored(_ source: String, path: String) throws(FlowError) -> Flow {
        try parse(Array(source.utf8), path: path, .text)
    }

    private func parse(
        _ bytes: [UInt8],
        path: String,
        _ extent: Extent
    ) throws(FlowError) -> Flow {
        let faults = DocumentFaults()
        var flow: Flow?
        if let root = documents.document(bytes, of: path, faults) {
            var reader = FlowFileReader(
                kinds: kinds,
                folder: FilePaths.parent(path),
                looksOutside: extent == .everything,
                faults
            )
            let source = String(decoding: bytes, as: UTF8.self)
            flow =
                extent == .outline
                ? reader.outline(root, path: path, source: source)
                : reader.flow(root, path: path, source: source)
        }
        guard let flow, faults.isEmpty else { throw faults.error(in: path) }
        return flow
    }
}

/// The bytes of a file that a person names.
enum FileBytes {
    /// Reads a file.
    ///
    /// - Throws: ``FlowError`` with the code `notFound`, or `invalid` for what is no file.
    static func read(_ path: String) throws(FlowError) -> [UInt8] {
        // A pipe without a writer would block without end, and a device may have no end.
        if FilePaths.isSpecial(path) || FilePaths.isFolder(path) {
            throw FlowError(.invalid, "\(path) is no file.")
        }
        if let size = FileStatus(path)?.byteCount, size > DocumentText.maxBytes {
            throw FlowError(.invalid, "\(path) is larger than \(DocumentText.maxBytes >> 20) MB.")
        }
        do throws(PlatformError) {
            if FilePaths.exists(path), let bytes = try Files.read(path) { return bytes }
        } catch {
            throw FlowError(.invalid, error.message, hint: error.hint)
        }
        let others = Files.names(in: FilePaths.parent(path))
        throw FlowError(
            .notFound,
            "There is no file \(path).",
            // What is no UTF-8 in an argument has become U+FFFD.
            hint: path.contains("\u{FFFD}")
                ? "A name that is not in UTF-8 cannot be read: rename the file."
                : EditDistance.suggestion(for: FilePaths.name(path), in: others.prefix(1_000))
                    ?? "Give the path of a flow's file, such as flows/train.yaml."
        )
    }
}
