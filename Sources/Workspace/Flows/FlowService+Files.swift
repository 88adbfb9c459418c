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

    /// Reads and checks the flow of a path, or of a name: that of a file in `flows/`, of a shipped
    /// one, or of a flow that ran.
    public func flow(_ reference: String) throws -> Flow {
        try WorkspaceError.translating { try reader.read(try path(ofFlow: reference)) }
    }

    /// The path that a flow's name means, or the path itself.
    func path(ofFlow reference: String) throws -> String {
        try WorkspaceError.translating {
            // A name with a slash or a suffix is a path; a folder of that name may be a project.
            if reference.contains("/") || reference.contains("#") || reference.hasSuffix(".yaml")
                || reference.hasSuffix(".yml")
                || (FilePaths.exists(reference)
                    && !FilePaths.exists("\(flowsFolder)/\(reference).yaml"))
            {
                return reference
            }
            for folder in [flowsFolder, samplesFolder].compactMap({ $0 }) {
                for suffix in ["yaml", "yml"] {
                    let path = "\(folder)/\(reference).\(suffix)"
                    if FilePaths.isFile(path) { return path }
                }
            }
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

    /// The names that ``path(ofFlow:)`` knows.
    private func flowNames() throws -> [String] {
        let files = Self.files(in: flowsFolder) + shippedFiles
        let stems = files.map { String(FilePaths.name($0).prefix { $0 != "." }) }
        return stems + (try store.flows())
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
