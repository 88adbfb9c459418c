import FlowTasks
import JSON
import Platform
import Runs
import TestModels
import Workspace

/// A workspace with a tiny model and data, whose services tasks use.
struct TaskWorkspace {
    let folder: String
    let workspace: Workspace
    var services: any TaskServices { workspace.taskServices }
    var runs: RunService { workspace.runs }

    static func with(_ body: (TaskWorkspace) throws -> Void) throws {
        try TemporaryFolder.with { folder in
            try TestModel().write(to: "\(folder)/tiny.gguf")
            try Files.write(rows(24).utf8, to: "\(folder)/facts.jsonl")
            var configuration = Workspace.Configuration(
                folder: "\(folder)/home",
                environment: ["HOME": folder, "XDG_CACHE_HOME": "\(folder)/cache"],
                resources: ResourceFolders(roots: [folder])
            )
            configuration.fileSystemType = { _ in "ext4" }
            let workspace = try Workspace.open(configuration)
            defer { workspace.close() }
            try body(TaskWorkspace(folder: folder, workspace: workspace))
        }
    }

    /// A task whose flow's file is in the folder.
    func task(_ kind: String) throws -> TestCall { try TestCall(kind, services, in: folder) }

    /// Inputs of a training of a few milliseconds a step, with others.
    func training(_ others: JSONValue = [:]) -> JSONValue {
        let inputs: JSONValue = [
            "model": "tiny.gguf", "data": "facts.jsonl", "steps": 6, "batch_size": 2, "rank": 4,
            "sequence_length": 128, "threads": 1, "eval_split": .number(0.25), "samples": 0,
            "checkpoint_every": "1000", "learning_rate": .number(0.01),
        ]
        return .object(inputs.object.merging(others.object))
    }

    static func rows(_ count: Int) -> String {
        (0..<count).map { row in
            let question = #"{"role":"user","content":"what is \#(row)?"}"#
            let answer = #"{"role":"assistant","content":"it is \#(row * row % 7)"}"#
            return "{\"messages\":[\(question),\(answer)]}\n"
        }.joined()
    }
}

extension JSONObject {
    /// The members of both; those of the other take precedence.
    func merging(_ other: JSONObject) -> JSONObject {
        var merged = other
        for member in members { _ = merged.insert(member.value, named: member.name) }
        return merged
    }
}
