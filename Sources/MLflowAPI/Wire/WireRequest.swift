import HTTPServer
import FoundationEssentials
import JSON
import Platform
import Tracking
import Workspace

/// The parameters of a call, from its body, its query and its path.
struct WireRequest {
    private var object: JSONObject
    /// The list or object that they are in, and their number in a list.
    private var parent = ""
    private var number: Int?

    /// The place of the parameters in the call, such as `metrics[3].`, for messages.
    private var place: String {
        guard !parent.isEmpty else { return "" }
        return number.map { "\(parent)[\($0)]." } ?? "\(parent)."
    }

    /// The parameters of a call: of a GET in its query, or in its body as some of MLflow's clients
    /// send them; of other methods in the body.
    init(_ call: Call) async throws {
        if call.isRead, call.hasQuery {
            self.init(query: call.query)
        } else {
            try self.init(body: await call.body())
        }
        for (name, value) in call.parameters { add(value, named: name) }
    }

    /// The parameters in a JSON body; none if it is empty.
    ///
    /// As MLflow's server does, it accepts a bare `NaN`, and an object encoded twice, as old clients
    /// send it.
    init(body: [UInt8]) throws(ServerError) {
        guard !body.isEmpty else {
            object = JSONObject()
            return
        }
        guard String(validating: body, as: UTF8.self) != nil else {
            throw ServerError(.badRequest, "The body is not UTF-8.")
        }
        do {
            var value = try JSONParser.parse(body, takesNonFinite: true)
            if case .string(let text) = value {
                value = try JSONParser.parse(Array(text.utf8), takesNonFinite: true)
            }
            guard case .object(let object) = value else {
                throw ServerError(.badRequest, "The body is not a JSON object.")
            }
            self.object = object
        } catch let failure as JSONParser.Failure {
            throw ServerError(
                .badRequest,
                "The body is not JSON: \(failure.what), at byte \(failure.offset)."
            )
        } catch {
            throw ServerError(error)
        }
    }

    /// The parameters in a query; one that is given several times is a list.
    init(query: some Sequence<(key: Substring, value: Substring)>) {
        var lists: [JSONName: [JSONValue]] = [:]
        var names: [JSONName] = []
        for (key, value) in query {
            let name = JSONName(String(key))
            if lists[name] == nil { names.append(name) }
            lists[name, default: []].append(.string(String(value)))
        }
        object = JSONObject()
        for name in names {
            let values = lists[name] ?? []
            _ = object.insert(values.count == 1 ? values[0] : .array(values), named: name)
        }
    }

    private init(_ object: JSONObject, in parent: String, number: Int? = nil) {
        self.object = object
        self.parent = parent
        self.number = number
    }

    /// Adds a parameter from the path, which takes precedence.
    mutating func add(_ value: String, named name: String) {
        var added = JSONObject()
        _ = added.insert(.string(value), named: JSONName(name))
        for member in object.members { _ = added.insert(member.value, named: member.name) }
        object = added
    }

    // MARK: Texts

    /// A required text, not empty.
    func text(_ name: String) throws(ServerError) -> String {
        guard let text = try optionalText(name), !text.isEmpty else { throw missing(name) }
        return text
    }

    func optionalText(_ name: String) throws(ServerError) -> String? {
        switch object[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some(let value): throw invalid(name, value, "it must be a string")
        }
    }

    func texts(_ name: String) throws(ServerError) -> [String] {
        try list(name).map { (value) throws(ServerError) in
            switch value {
            case .string(let text): return text
            case .integer(let number): return String(number)
            default: throw invalid(name, value, "it must be a list of strings")
            }
        }
    }

    // MARK: Numbers

    func integer(_ name: String) throws(ServerError) -> Int {
        guard let number = try optionalInteger(name) else { throw missing(name) }
        return number
    }

    /// A whole number, also as a text, as in queries.
    func optionalInteger(_ name: String) throws(ServerError) -> Int? {
        switch object[name] {
        case nil, .null: return nil
        case .integer(let number): return number
        case .number(let number):
            guard let whole = Int(exactly: number) else {
                throw invalid(name, .number(number), "it must be a whole number")
            }
            return whole
        case .string(let text):
            guard let number = Int(text) else {
                throw invalid(name, .string(text), "it must be a whole number")
            }
            return number
        case .some(let value): throw invalid(name, value, "it must be a whole number")
        }
    }

    /// A number, also as a text such as `NaN`.
    func number(_ name: String) throws(ServerError) -> Double {
        switch object[name] {
        case nil, .null: throw missing(name)
        case .integer(let number): return Double(number)
        case .number(let number): return number
        case .string(let text):
            guard let number = Double(text) else {
                throw invalid(name, .string(text), "it must be a number")
            }
            return number
        case .some(let value): throw invalid(name, value, "it must be a number")
        }
    }

    /// The number of a model's version, which clients send as text.
    func version(_ name: String = "version") throws(ServerError) -> Int {
        if case .integer(let number) = object[name] { return number }
        let text = try text(name)
        guard let number = Int(text) else {
            throw ServerError(
                .invalidParameter,
                "Parameter '\(place)\(name)' must be an integer, got '\(text.prefix(200))'."
            )
        }
        return number
    }

    func boolean(_ name: String) throws(ServerError) -> Bool {
        switch object[name] {
        case nil, .null, .boolean(false), .string("false"): return false
        case .boolean(true), .string("true"): return true
        case .some(let value): throw invalid(name, value, "it must be true or false")
        }
    }

    // MARK: Lists and objects

    func has(_ name: String) -> Bool {
        switch object[name] {
        case nil, .null: false
        case .some: true
        }
    }

    func objects(_ name: String) throws(ServerError) -> [WireRequest] {
        var objects: [WireRequest] = []
        let parent = "\(place)\(name)"
        for (index, value) in try list(name).enumerated() {
            guard case .object(let object) = value else {
                throw invalid(name, value, "it must be a list of objects")
            }
            objects.append(WireRequest(object, in: parent, number: index))
        }
        return objects
    }

    func object(_ name: String) throws(ServerError) -> WireRequest {
        switch object[name] {
        case nil, .null: throw missing(name)
        case .object(let object): return WireRequest(object, in: "\(place)\(name)")
        case .some(let value): throw invalid(name, value, "it must be an object")
        }
    }

    /// The members of the object itself.
    var members: JSONObject { object }

    /// An object of texts, such as tags by their names.
    func texts(of name: String) throws(ServerError) -> [TrackingKey: String] {
        guard has(name) else { return [:] }
        var texts: [TrackingKey: String] = [:]
        for member in try object(name).members.members {
            guard case .string(let text) = member.value else {
                throw invalid("\(name).\(member.name.text)", member.value, "it must be a string")
            }
            texts[TrackingKey(member.name.text)] = text
        }
        return texts
    }

    private func list(_ name: String) throws(ServerError) -> [JSONValue] {
        switch object[name] {
        case nil, .null: return []
        case .array(let values): return values
        // In a query, a list of one is the same as a value.
        case .some(.string(let text)): return [.string(text)]
        case .some(let value): throw invalid(name, value, "it must be a list")
        }
    }

    func missing(_ name: String) -> ServerError {
        ServerError(
            .invalidParameter,
            "Missing value for required parameter '\(place)\(name)'. See the API docs for more information "
                + "about request parameters."
        )
    }

    func invalid(_ name: String, _ value: JSONValue, _ what: String) -> ServerError {
        let shown = String(String(decoding: value.bytes, as: UTF8.self).prefix(200))
        return ServerError(
            .invalidParameter,
            "Invalid value \(shown) for parameter '\(place)\(name)' supplied: \(what)."
        )
    }
}

// MARK: - Values of the workspace

extension WireRequest {
    func experimentID(_ name: String = "experiment_id") throws(ServerError) -> Int {
        let text = try text(name)
        guard let id = Int(text) else {
            throw ServerError(
                .invalidParameter,
                "Invalid experiment ID '\(text)'. An experiment ID is a whole number."
            )
        }
        return id
    }

    func experimentIDs() throws(ServerError) -> [Int] {
        try texts("experiment_ids").map { (text) throws(ServerError) in
            guard let id = Int(text) else {
                throw ServerError(.invalidParameter, "Invalid experiment ID '\(text)'.")
            }
            return id
        }
    }

    /// `run_id`, which older clients call `run_uuid`.
    func runID() throws(ServerError) -> String {
        if !has("run_id"), has("run_uuid") { return try text("run_uuid") }
        return try text("run_id")
    }

    /// A search in MLflow's search language.
    func question(limit: Int) throws(ServerError) -> SearchQuestion {
        SearchQuestion(
            filter: try optionalText("filter") ?? "",
            orderBy: try texts("order_by"),
            limit: try optionalInteger("max_results") ?? limit,
            pageToken: try optionalText("page_token")
        )
    }

    func tag() throws(ServerError) -> Tag {
        Tag(TrackingKey(try text("key")), try optionalText("value") ?? "")
    }

    func tags(_ name: String = "tags") throws(ServerError) -> [Tag] {
        try objects(name).map { (tag) throws(ServerError) in try tag.tag() }
    }

    /// The name of a tag to remove.
    func tagKey(_ name: String = "key") throws(ServerError) -> TrackingKey {
        TrackingKey(try text(name))
    }

    func params(_ name: String = "params") throws(ServerError) -> [Param] {
        try objects(name).map { (param) throws(ServerError) in try param.param() }
    }

    func param() throws(ServerError) -> Param {
        Param(TrackingKey(try text("key")), try optionalText("value") ?? "")
    }

    func metric() throws(ServerError) -> Metric {
        Metric(
            TrackingKey(try text("key")),
            try number("value"),
            timestamp: try integer("timestamp"),
            step: try optionalInteger("step") ?? 0
        )
    }

    /// The same value as a metric of a logged model; nil if it names none.
    func modelMetric(run: String) throws(ServerError) -> ModelMetric? {
        guard let model = try name("model_id") else { return nil }
        return ModelMetric(
            try metric(),
            model: model,
            run: run,
            datasetName: try name("dataset_name"),
            datasetDigest: try name("dataset_digest")
        )
    }

    /// Datasets that metrics of logged models were measured on.
    func modelDataset() throws(ServerError) -> ModelDataset {
        ModelDataset(name: try text("dataset_name"), digest: try name("dataset_digest"))
    }

    /// An optional text; an empty one counts as missing.
    func name(_ name: String) throws(ServerError) -> String? {
        try optionalText(name).flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Whether active things, deleted ones or both are requested.
    func view(_ name: String) throws(ServerError) -> LifecycleView {
        switch try optionalText(name) {
        case nil, "ACTIVE_ONLY": .active
        case "DELETED_ONLY": .deleted
        case "ALL": .all
        case .some(let text): throw invalid(name, .string(text), "it must be a view type")
        }
    }

    func status() throws(ServerError) -> RunStatus? {
        guard let text = try optionalText("status") else { return nil }
        guard let status = RunStatus(rawValue: text) else {
            throw invalid("status", .string(text), "it must be a run's status")
        }
        return status
    }
}
