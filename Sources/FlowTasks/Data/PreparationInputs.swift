import Datasets
import JSON
import Platform
import Workflows

/// The inputs that name the steps between a file and a dataset.
enum PreparationInputs {
    static let all = [
        TaskInput("map", .any, help: "Columns of other names: `{instruction: question}`."),
        TaskInput("format", .text, help: "The format to read, if rows match several."),
        TaskInput(
            "clean",
            .any,
            help: "`true` for all rules of cleaning, or some of them: "
                + TextCleaning.Rule.allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ")
                + "."
        ),
        TaskInput(
            "deduplicate",
            .any,
            help: "Leaves out rows that equal an earlier one: `true`, or what is compared: "
                + "`question`, `answer` or the name of a member."
        ),
        TaskInput(
            "skip_broken",
            .boolean,
            help: "Leaves out broken rows; otherwise they are errors."
        ),
        TaskInput("eval_split", .number, help: "The share of the rows to hold out, such as 0.1."),
        TaskInput(
            "by",
            .text,
            help: "Rows that are equal by this stay on one side; else `question`."
        ),
        TaskInput("salt", .text, help: "Any text; another one holds out other rows."),
    ]

    /// The steps that inputs name.
    ///
    /// - Throws: ``FlowError`` with the code `invalid`.
    static func preparation(_ inputs: JSONObject) throws -> Preparation {
        try FlowError.translating {
            var preparation = try Preparation(
                mapping: mapping(inputs["map"]),
                format: inputs.text("format"),
                cleaning: cleaning(inputs["clean"]),
                deduplication: choice(inputs["deduplicate"], "deduplicate", default: "row")
            )
            preparation.leavesBrokenRowsOut = inputs.flag("skip_broken")
            if let share = inputs.number("eval_split") {
                guard share > 0, share < 1 else {
                    throw FlowError(.invalid, "`eval_split` is a share between 0 and 1.")
                }
                preparation.heldOut = HeldOutShare(
                    share,
                    by: inputs.text("by").map { RowKey($0) } ?? .question,
                    salt: inputs.text("salt") ?? ""
                )
            } else if inputs["by"] != nil || inputs["salt"] != nil {
                throw FlowError(.invalid, "`by` and `salt` need `eval_split`.")
            }
            return preparation
        }
    }

    /// The fault of inputs that are known, with the input.
    static func faults(_ inputs: JSONObject) -> [(input: String, fault: String)] {
        all.compactMap { input in
            guard inputs[input.name] != nil, input.name != "by", input.name != "salt" else {
                return nil
            }
            var single = JSONObject()
            for name in [input.name, "eval_split"] {
                if let value = inputs[name] { _ = single.insert(value, named: JSONName(name)) }
            }
            do {
                _ = try preparation(single)
                return nil
            } catch {
                return (input.name, FlowError(task: error).sentences)
            }
        }
    }

    private static func mapping(_ value: JSONValue?) throws(FlowError) -> String? {
        switch value {
        case nil, .null: return nil
        case .string(let text): return text
        default:
            var inputs = JSONObject()
            if let value { _ = inputs.insert(value, named: "map") }
            return try inputs.pairs("map").map { "\($0.name)=\($0.text)" }.joined(separator: ",")
        }
    }

    private static func cleaning(_ value: JSONValue?) throws(FlowError) -> String? {
        if case .array = value {
            var inputs = JSONObject()
            if let value { _ = inputs.insert(value, named: "clean") }
            return try inputs.texts("clean").joined(separator: ",")
        }
        return try choice(value, "clean", default: "korean")
    }

    /// A text, or a default for `true`.
    private static func choice(
        _ value: JSONValue?,
        _ name: String,
        default text: String
    ) throws(FlowError) -> String? {
        switch value {
        case nil, .null, .boolean(false): return nil
        case .boolean(true): return text
        case .string(let text): return text
        case .some(let value):
            throw FlowError(.invalid, "`\(name)` is \(value.kind), and must be true or a text.")
        }
    }
}
