import JSON
import Platform

/// Reads a pipeline of DVC: each stage is a task of the shell, which comes after the stages that
/// make its dependencies.
///
/// Source: https://dvc.org/doc/user-guide/project-structure/dvcyaml-files.
struct DVCPipeline {
    let folder: String
    let faults: DocumentFaults

    init(folder: String, _ faults: DocumentFaults) {
        self.folder = folder
        self.faults = faults
    }

    /// The flow of a pipeline.
    func flow(_ root: DocumentNode) -> FlowText? {
        guard let entries = root.mapping else {
            faults.add(root.position, "A dvc.yaml has `stages`.")
            return nil
        }
        DVCKeys.file.check(entries, root.position, faults)
        let variables = DVCVariables(folder: folder, faults).read(root["vars"], default: true)
        var stages: [DVCStage] = []
        for entry in root["stages"]?.mapping ?? [] {
            stages += DVCStageReader(folder: folder, variables, faults).stages(entry)
            guard stages.count <= FlowFileReader.maxTasks else {
                faults.add(entry.position, "The pipeline has more than 10,000 stages.")
                return nil
            }
        }
        if stages.isEmpty {
            faults.add(root["stages"]?.position ?? root.position, "The pipeline has no stages.")
        }
        var flow = FlowText(name: FilePaths.name(folder))
        flow.notes = ["The stages of dvc.yaml. Parameters count by the content of their files."]
        flow.tasks = tasks(of: stages, &flow.notes)
        return flow
    }

    private func tasks(of stages: [DVCStage], _ notes: inout [String]) -> [FlowText.Task] {
        var names = TaskNames()
        let active = stages.filter { !$0.isFrozen }
        for stage in stages where stage.isFrozen {
            notes.append("The stage \(stage.name) is frozen: its results are taken as they are.")
        }
        let taskNames = active.map { names.name(for: $0.name) }
        let makers = DVCMakers(active, faults)
        return zip(active, taskNames).map { stage, name in
            var task = FlowText.Task(name: name)
            if name != stage.name { task.notes.append("The stage \(stage.name).") }
            task.inputs.append(("command", .string(FlowText.literal(stage.command))))
            func add(_ name: String, _ paths: [String]) {
                guard !paths.isEmpty else { return }
                task.inputs.append((name, .array(paths.map { .string(FlowText.literal($0)) })))
            }
            add("inputs", stage.dependencies + stage.parameterFiles)
            add("outputs", stage.outputs)
            task.needs = makers.of(stage.dependencies + stage.parameterFiles, except: stage.name)
                .map { taskNames[$0] }
            // DVC always runs a stage that depends on nothing.
            task.alwaysRuns =
                stage.alwaysChanged || (stage.dependencies + stage.parameterFiles).isEmpty
            return task
        }
    }
}

/// A stage, with all variables replaced and its paths relative to the folder of the file.
struct DVCStage {
    var name: String
    var position: SourcePosition
    var command: String
    var dependencies: [String] = []
    var parameterFiles: [String] = []
    var outputs: [String] = []
    var isFrozen = false
    var alwaysChanged = false
}

/// The stages that make paths.
private struct DVCMakers {
    private var places: [String: Int] = [:]
    /// Folders with outputs below them.
    private var below: [String: [Int]] = [:]
    private let names: [String]

    init(_ stages: [DVCStage], _ faults: DocumentFaults) {
        names = stages.map(\.name)
        for (place, stage) in stages.enumerated() {
            for output in stage.outputs {
                if let other = places[output], other != place {
                    faults.add(
                        stage.position,
                        "The stages \(names[other]) and \(stage.name) both make"
                            + " \(DocumentFaults.quoted(output))."
                    )
                }
                places[output] = place
                for folder in Self.folders(of: output) { below[folder, default: []].append(place) }
            }
        }
    }

    /// The stages that make paths, or files in them, or folders around them.
    func of(_ paths: [String], except name: String) -> [Int] {
        var found: Set<Int> = []
        for path in paths {
            if let place = places[path] { found.insert(place) }
            for place in below[path] ?? [] { found.insert(place) }
            for folder in Self.folders(of: path) {
                if let place = places[folder] { found.insert(place) }
            }
        }
        return found.filter { names[$0] != name }.sorted()
    }

    /// `a/b/c` has the folders `a/b` and `a`.
    private static func folders(of path: String) -> [String] {
        var folders: [String] = []
        var rest = path[...]
        while let slash = rest.lastIndex(of: "/"), slash != rest.startIndex {
            rest = rest[..<slash]
            folders.append(String(rest))
        }
        return folders
    }
}
