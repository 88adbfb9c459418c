import JSON
import Platform
import Runs
public import Workflows

extension FlowService {
    /// The files of flows: in the workspace's `flows/`, shipped ones, and those that ran.
    public func files() throws -> [FlowFileSummary] {
        try WorkspaceError.translating {
            let shipped = Set(shippedFiles)
            return try filePaths().map { file($0, isSample: shipped.contains($0)) }
        }
    }

    /// The paths of ``files()``, each once.
    func filePaths() throws -> [String] {
        let ran = try store.paths().filter(FilePaths.exists)
        var seen: Set<String> = []
        return (Self.files(in: flowsFolder) + ran + shippedFiles)
            .filter { seen.insert($0).inserted }
    }

    private var shippedFiles: [String] { samplesFolder.map(Self.files) ?? [] }

    private func file(_ path: String, isSample: Bool) -> FlowFileSummary {
        do {
            let flow = try reader.read(path)
            return FlowFileSummary(name: flow.name, path: path, isSample: isSample)
        } catch {
            return FlowFileSummary(
                name: FilePaths.name(path),
                path: path,
                faults: error.details ?? [error.message],
                isSample: isSample
            )
        }
    }

    private static func files(in folder: String) -> [String] {
        Files.names(in: folder).filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.sorted()
            .map { "\(folder)/\($0)" }
    }

    /// Reads and checks the flow of a path, or of a name: that of a file in `flows/` or of a shipped
    /// one, of the flow in such a file or in one with a schedule, or of a flow that ran.
    ///
    /// - Throws: ``WorkspaceError`` with the code `ambiguous` if several files have a flow of the name.
    public func flow(_ reference: String) throws -> Flow {
        try WorkspaceError.translating { try reader.read(try path(ofFlow: reference)) }
    }

    /// The path that a flow's name means, or the path itself.
    func path(ofFlow reference: String) throws -> String {
        try WorkspaceError.translating {
            // A name with a slash or a suffix is a path; a folder of that name may be a project.
            let isFileName = reference.hasSuffix(".yaml") || reference.hasSuffix(".yml")
            if reference.contains("/") || reference.contains("#")
                || (FilePaths.exists(reference)
                    && !FilePaths.exists("\(flowsFolder)/\(reference).yaml"))
            {
                return reference
            }
            for folder in [flowsFolder, samplesFolder].compactMap({ $0 }) {
                for suffix in isFileName ? [""] : [".yaml", ".yml"] {
                    let path = "\(folder)/\(reference)\(suffix)"
                    if FilePaths.isFile(path) { return path }
                }
            }
            if isFileName { return reference }
            let named = try namedFlows().filter { $0.name == reference }
            guard named.count < 2 else {
                throw FlowError(
                    .ambiguous,
                    "\(named.count) files have a flow \(VisibleText.name(reference)).",
                    hint: "Give the path of one: \(named.map(\.path).joined(separator: ", "))."
                )
            }
            if let file = named.first { return file.path }
            if let run = try store.runs().first(where: { $0.flow == reference }),
                FilePaths.exists(run.path)
            {
                return run.path
            }
            throw FlowError(
                .notFound,
                "There is no flow \(VisibleText.name(reference)).",
                hint: EditDistance.suggestion(for: reference, in: try flowNames())
                    ?? "Give the path of its file, or put it into \(flowsFolder)."
            )
        }
    }

    /// The flows of the files in `flows/` and of those with schedules, each file once; without files
    /// that cannot be read.
    private func namedFlows() throws -> [(name: String, path: String)] {
        var seen: Set<String> = []
        let scheduled = try scheduleStore.schedules().map(\.path).filter(FilePaths.exists)
        return (Self.files(in: flowsFolder) + scheduled).compactMap { path in
            // Checking tasks would look up the flows that they name.
            guard let flow = try? reader.outline(path), seen.insert(flow.path).inserted else {
                return nil
            }
            return (flow.name, flow.path)
        }
    }

    /// The names that ``path(ofFlow:)`` knows.
    private func flowNames() throws -> [String] {
        let files = Self.files(in: flowsFolder) + shippedFiles
        let stems = files.map { String(FilePaths.name($0).prefix { $0 != "." }) }
        return stems + (try namedFlows().map(\.name)) + (try store.flows())
    }

    private var flowsFolder: String { opened.layout.flows }
    private var samplesFolder: String? {
        resources.folder(named: "sample-data").map { "\($0)/flows" }
    }

    /// The JSON Schema of a flow's file, for editors.
    public var schema: String { FlowFileSchema.json(kinds: reader.kinds) }

    /// The kinds of task, for documentation.
    public var kinds: TaskKinds { reader.kinds }
}
