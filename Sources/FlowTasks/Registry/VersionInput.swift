import JSON
import Platform
import Workflows

/// Inputs that name a registered version: `version`, and `name` where that is only a number.
enum VersionInput {
    static let version = TaskInput(
        "version",
        .any,
        isRequired: true,
        help: "The version: `NAME/3`, `models:/NAME@ALIAS`, or a number of `name`."
    )
    static let name = TaskInput(
        "name",
        .text,
        help: "The registered model, if `version` has no name."
    )
    static let outputs = [
        TaskOutput("version", .text, help: "The version, such as `faq/3`."),
        TaskOutput("number", .integer, help: "Its number."),
        TaskOutput("name", .text, help: "The registered model."),
        TaskOutput("model", .text, help: "The version as every `model` input reads it."),
    ]

    /// The version that inputs name.
    static func version(
        _ inputs: JSONObject,
        _ services: any TaskServices
    ) throws -> TaskVersion {
        let name = inputs.text("name")
        if let text = inputs["version"]?.plainText, let number = Int(text) {
            guard let name else {
                throw FlowError(
                    .invalid,
                    "`version` is the number \(number), and `name` is missing.",
                    hint: "Give the registered model in `name`, or `NAME/\(number)`."
                )
            }
            return try services.version("\(name)/\(number)")
        }
        guard let text = inputs.text("version") else {
            throw FlowError(.invalid, "`version` must be a text or a number.")
        }
        let version = try services.version(text)
        guard name == nil || name == version.name else {
            throw FlowError(.invalid, "`version` names \(version.name), and `name` \(name ?? "").")
        }
        return version
    }

    /// What the version counts as: what an alias or a stage means now.
    static func content(
        _ inputs: JSONObject,
        _ services: any TaskServices
    ) throws -> [String: JSONValue] {
        try FlowError.translating {
            ["version": .string(try version(inputs, services).text), "name": .null]
        }
    }

    /// The outputs of a task that has changed a version.
    static func result(_ version: TaskVersion, _ services: any TaskServices) throws -> TaskResult {
        let model = try services.model(version.reference, in: "/")
        let files = try ModelInput.content(of: model, services)
        let content: JSONValue = ["name": .string(version.name), "files": files]
        return TaskResult([
            ("version", FlowValue(.string(version.text), content: content)),
            ("number", FlowValue(.integer(version.number), content: .null)),
            ("name", FlowValue(.string(version.name))),
            ("model", FlowValue(.string(version.reference), content: files)),
        ])
    }

    /// Whether the version of an earlier result still exists.
    static func isIntact(_ outputs: JSONObject, _ services: any TaskServices) -> Bool {
        outputs.text("version").map { (try? services.version($0)) != nil } ?? false
    }
}
