import JSON
import Platform
import Transfers
import Workflows

/// Makes one request to a web server.
struct RequestTask: TaskKind {
    let services: any TaskServices

    init(_ services: any TaskServices) { self.services = services }

    let name = "http"
    let summary = "Makes one request to a web server, and checks the status of its answer."
    let version = 1
    let cores = TaskCores.none
    let effect = TaskEffect.atLeastOnce
    let inputs = [
        TaskInput("url", .text, isRequired: true, help: "The address."),
        TaskInput("method", .text, help: "The method; else `GET`, or `POST` with a body."),
        TaskInput("headers", .object, help: "Header fields."),
        TaskInput("body", .text, help: "The body as text."),
        TaskInput("json", .any, help: "The body as a value, sent as JSON."),
        TaskInput("expected", .any, help: "The expected status, or several; else 200 to 299."),
        TaskInput("timeout", .number, help: "The seconds for the whole request; else 30."),
        TaskSecrets.input("Header fields whose values are secret: `{NAME: {env: VARIABLE}}`."),
    ]
    let outputs = [
        TaskOutput("status", .integer, help: "The status of the answer."),
        TaskOutput("body", .text, help: "Its body as text, at most 64 KiB."),
        TaskOutput("json", .any, help: "Its body as a value, if it is JSON."),
    ]
    /// The bytes of an answer that are read.
    private static let limit = 4 << 20
    /// The bytes of an answer that are kept as text.
    private static let keptText = 1 << 16

    func reuse(of inputs: JSONObject) -> TaskReuse { .sameFlowRun }

    func content(of inputs: JSONObject, folder: String) throws -> [String: JSONValue] {
        // Where a secret comes from changes nothing.
        inputs["secrets"] == nil ? [:] : ["secrets": .null]
    }

    func faults(in inputs: JSONObject, folder: String) -> [(input: String, fault: String)] {
        var faults = TaskSecrets.faults(inputs)
        if let url = inputs.text("url"), let fault = WebRequest.fault(in: url) {
            faults.append(("url", fault))
        }
        if inputs["body"] != nil, inputs["json"] != nil {
            faults.append(("json", "`body` and `json` exclude each other."))
        }
        if let method = inputs.text("method"), !Self.isToken(method) {
            faults.append(("method", "\(VisibleText.name(method)) is no method."))
        }
        do { _ = try Self.expected(inputs) } catch { faults.append(("expected", error.message)) }
        do {
            for field in try inputs.pairs("headers") {
                if let fault = Self.fault(ofField: field.name, field.text) {
                    faults.append(("headers", fault))
                }
            }
        } catch {
            faults.append(("headers", error.message))
        }
        if case .object(let secrets) = inputs["secrets"] {
            for name in secrets.members.map(\.name.text) {
                if let fault = Self.fault(ofField: name, "") { faults.append(("secrets", fault)) }
            }
        }
        return faults
    }

    /// Why a header field cannot be sent; nil if it can.
    private static func fault(ofField name: String, _ value: String) -> String? {
        let isPlain = value.unicodeScalars.allSatisfy { $0.value >= 0x20 || $0 == "\t" }
        return isToken(name) && isPlain
            ? nil : "The header field \(VisibleText.name(name)) is not valid."
    }

    func run(_ call: TaskCall) throws -> TaskResult {
        for fault in faults(in: call.inputs, folder: call.folder) {
            throw FlowError(of: fault.input, fault.fault)
        }
        let secrets = try TaskSecrets(call.inputs, in: call.folder)
        let request = try request(call, secrets)
        let expected = try Self.expected(call.inputs)
        let answer: WebAnswer
        do {
            answer = try request.send { call.isCancelled }
        } catch let error as TransferError {
            throw FlowError(.failed, secrets.masked(error.message), hint: error.hint)
        }
        let text = String(decoding: answer.body, as: UTF8.self)
        call.log("\(request.method) \(secrets.masked(request.address)): \(answer.status)")
        guard expected?.contains(answer.status) ?? (200..<300).contains(answer.status) else {
            for line in secrets.masked(text).split(whereSeparator: \.isNewline).prefix(20) {
                call.log(String(line))
            }
            let place = answer.header("Location").map { "It redirects to \($0)." }
            throw FlowError(
                .failed,
                "The answer has the status \(answer.status), not "
                    + (expected.map { $0.map(String.init).joined(separator: " or ") }
                        ?? "200 to 299")
                    + ".",
                hint: place.map(secrets.masked)
            )
        }
        return Self.result(answer, secrets.masked(text), secrets)
    }

    private static func result(
        _ answer: WebAnswer,
        _ text: String,
        _ secrets: TaskSecrets
    ) -> TaskResult {
        var outputs: [(name: String, value: FlowValue)] = [
            ("status", FlowValue(.integer(answer.status)))
        ]
        let kept = String(decoding: text.utf8.prefix(keptText), as: UTF8.self)
        outputs.append(("body", FlowValue(.string(kept))))
        if let value = try? JSONParser.parse(Array(text.utf8)) {
            outputs.append(("json", FlowValue(value)))
        }
        return TaskResult(outputs)
    }

    private func request(_ call: TaskCall, _ secrets: TaskSecrets) throws -> WebRequest {
        var body: [UInt8]?
        var headers = try call.inputs.pairs("headers").map { (name: $0.name, value: $0.text) }
        func has(_ name: String) -> Bool {
            headers.contains { $0.name.lowercased() == name.lowercased() }
        }
        if let value = call.inputs["json"], value != .null {
            body = value.bytes
            if !has("Content-Type") { headers.append(("Content-Type", "application/json")) }
        } else if let text = call.text("body") {
            body = Array(text.utf8)
        }
        headers += secrets.values.map { ($0.name, $0.value) }
        if !has("Idempotency-Key") { headers.append(("Idempotency-Key", call.key)) }
        for field in headers {
            if let fault = Self.fault(ofField: field.name, field.value) {
                throw FlowError(.invalid, fault)
            }
        }
        var request = WebRequest(
            (call.text("method") ?? (body == nil ? "GET" : "POST")).uppercased(),
            try call.required("url"),
            headers: headers,
            body: body
        )
        request.timeout = max(0.001, call.inputs.number("timeout") ?? 30)
        request.limit = Self.limit
        return request
    }

    /// The statuses that are expected; nil: all that mean success.
    private static func expected(_ inputs: JSONObject) throws(FlowError) -> [Int]? {
        let values: [JSONValue]
        switch inputs["expected"] {
        case nil, .null: return nil
        case .array(let list): values = list
        case .some(let value): values = [value]
        }
        var statuses: [Int] = []
        for value in values {
            guard case .integer(let status) = value, (100..<600).contains(status) else {
                throw FlowError(.invalid, "A status is a whole number from 100 to 599.")
            }
            statuses.append(status)
        }
        return statuses
    }

    /// Whether a text can be a method or the name of a header field.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte)
                    || (0x61...0x7A).contains(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
