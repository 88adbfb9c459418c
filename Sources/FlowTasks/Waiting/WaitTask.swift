import FoundationEssentials
import JSON
import Platform
import Workflows

/// Waits for a time, a file or a dataset.
struct WaitTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "wait"
    let summary = "Waits for a time, for a file, or until a dataset changes."
    let version = 1
    let cores = TaskCores.none
    let effect = TaskEffect.atLeastOnce
    let inputs = [
        TaskInput("seconds", .number, help: "How long to wait, from the first attempt on."),
        TaskInput(
            "until",
            .text,
            help: "The time to wait for, such as `2030-01-31T02:00:00+09:00`."
        ),
        TaskInput("file", .text, help: "The file that must exist."),
        TaskInput("dataset", .text, help: "The dataset that must change, or appear."),
        TaskInput(
            "since",
            .text,
            help: "The digest that the dataset must differ from; else the first one."
        ),
    ]
    let outputs = [
        TaskOutput("waited_seconds", .number, help: "How long this attempt has waited."),
        TaskOutput("path", .text, help: "The file."),
        TaskOutput("dataset", .text, help: "The dataset, as inputs name it."),
        TaskOutput("digest", .text, help: "The digest of its content."),
    ]
    private static let conditions = ["seconds", "until", "file", "dataset"]

    func reuse(of inputs: JSONObject) -> TaskReuse { .sameFlowRun }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults: [(input: String, fault: String)] = []
        if let text = inputs.text("until"), Self.date(text) == nil {
            faults.append(("until", Self.dateFault(text)))
        }
        if let seconds = inputs.number("seconds"), !(seconds >= 0 && seconds <= 1e9) {
            faults.append(("seconds", "`seconds` is a number from 0 on."))
        }
        return faults
    }

    func faults(
        in inputs: JSONObject,
        given: Set<String>,
        folder: String
    ) -> [(input: String, fault: String)] {
        let conditions = Self.conditions.filter(given.contains)
        var faults = faults(in: inputs, folder: folder)
        if conditions.count != 1 {
            let what =
                conditions.isEmpty
                ? "`wait` has nothing to wait for"
                : "`wait` waits for one thing, not for \(conditions.joined(separator: " and "))"
            faults.append(
                (conditions.last ?? "", "\(what): give one of seconds, until, file and dataset.")
            )
        }
        return faults
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        let given = Set(call.inputs.members.map(\.name.text))
        for fault in faults(in: call.inputs, given: given, folder: call.folder) {
            throw FlowError(.invalid, fault.fault)
        }
        let condition = Self.conditions.first(where: given.contains)
        let start = services.now
        var outputs: [(name: String, value: FlowValue)] = []
        switch condition {
        case "seconds":
            let seconds = call.inputs.number("seconds") ?? 0
            // A wait of no time has no end that a later attempt could need.
            guard seconds > 0 else { break }
            try wait(until: deadline(call, after: seconds), call)
        case "until":
            guard let date = call.text("until").flatMap(Self.date) else { return TaskResult() }
            try wait(until: date, call)
        case "file": outputs = try waitForFile(call)
        default: outputs = try waitForDataset(call)
        }
        let waited = max(0, services.now.timeIntervalSince(start))
        return TaskResult(
            outputs + [("waited_seconds", FlowValue(.number(waited), content: .null))]
        )
    }

    /// The end of a wait that began with the first attempt.
    private func deadline(_ call: TaskCall, after seconds: Double) throws -> Date {
        if let text = call.reservation, let stored = Double(text) {
            return Date(timeIntervalSince1970: stored)
        }
        let end = services.now.addingTimeInterval(seconds)
        try call.reserve("\(end.timeIntervalSince1970)")
        return end
    }

    private func wait(until date: Date, _ call: TaskCall) throws {
        call.progress(nil, "waits until \(date.formatted(.iso8601))")
        while true {
            try call.checkCancellation()
            let left = date.timeIntervalSince(services.now)
            guard left > 0 else { return }
            services.pause(seconds: min(left, 0.1))
        }
    }

    private func waitForFile(_ call: TaskCall) throws -> [(name: String, value: FlowValue)] {
        let path = call.path(try call.required("file"))
        call.progress(nil, "waits for \(path)")
        while !FilePaths.exists(path) {
            try call.checkCancellation()
            services.pause(seconds: 0.1)
        }
        let digest = try? Files.sha256(path).hexadecimal
        return [("path", FlowValue(.string(path), content: digest.map { .string($0) }))]
    }

    private func waitForDataset(_ call: TaskCall) throws -> [(name: String, value: FlowValue)] {
        let reference = try call.required("dataset")
        var before = call.text("since") ?? call.reservation
        if before == nil {
            // It does not exist yet, so it must appear.
            before = digest(reference, call)?.digest ?? ""
            try call.reserve(before ?? "")
        }
        call.progress(nil, "waits for a change of \(reference)")
        while true {
            try call.checkCancellation()
            if let dataset = digest(reference, call), dataset.digest != before {
                let digest = JSONValue.string(dataset.digest)
                return [
                    ("dataset", FlowValue(.string(dataset.reference), content: digest)),
                    ("digest", FlowValue(digest)),
                ]
            }
            services.pause(seconds: 0.5)
        }
    }

    /// The dataset as it is now; nil while it does not exist or is being written.
    private func digest(_ reference: String, _ call: TaskCall) -> TaskDataset? {
        try? services.dataset(reference, in: call.folder)
    }

    private static func date(_ text: String) -> Date? {
        InstantText.milliseconds(ofTime: text)
            .map { Date(timeIntervalSince1970: Double($0) / 1_000) }
    }

    private static func dateFault(_ text: String) -> String {
        "\(VisibleText.name(text)) is no time with its zone, such as 2030-01-31T02:00:00+09:00."
    }
}
