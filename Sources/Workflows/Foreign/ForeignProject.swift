import Platform

/// A project of another program that is read as a flow.
enum ForeignProject: String, CaseIterable {
    /// A project of MLflow, with entry points.
    case mlproject = "MLproject"
    /// A pipeline of DVC, with stages.
    case dvc = "dvc.yaml"

    /// The kind of a file; nil for others, which are flows.
    init?(path: String) { self.init(rawValue: FilePaths.name(path)) }

    /// The file of a project in a folder.
    ///
    /// - Throws: ``FlowError`` with the code `notFound` or `ambiguous`.
    static func file(in folder: String) throws(FlowError) -> String {
        let found = allCases.filter { FilePaths.isFile("\(folder)/\($0.rawValue)") }
        guard let project = found.first else {
            let names = allCases.map(\.rawValue).joined(separator: " or ")
            throw FlowError(
                .notFound,
                "There is no \(names) in the folder \(folder).",
                hint: "Give the path of a flow's file."
            )
        }
        guard found.count == 1 else {
            throw FlowError(
                .ambiguous,
                "The folder \(folder) has \(found.map(\.rawValue).joined(separator: " and ")).",
                hint: "Give the path of one of them."
            )
        }
        return "\(folder)/\(project.rawValue)"
    }

    /// The text of the flow that the file stands for; faults are added.
    func flowText(
        _ bytes: [UInt8],
        path: String,
        entryPoint: String?,
        _ faults: DocumentFaults
    ) -> String? {
        guard let root = DocumentReader.read(bytes, faults) else { return nil }
        let folder = FilePaths.parent(path)
        let text: FlowText?
        switch self {
        case .mlproject: text = MLProject(folder: folder, faults).flow(root, entryPoint: entryPoint)
        case .dvc:
            text = DVCPipeline(folder: folder, faults).flow(root)
            if let entryPoint {
                let name = DocumentFaults.quoted(entryPoint)
                faults.add(root.position, "A dvc.yaml has no entry point \(name).")
            }
        }
        return faults.isEmpty ? text?.yaml : nil
    }
}
