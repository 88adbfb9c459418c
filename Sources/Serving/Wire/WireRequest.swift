import FoundationEssentials
import JSON
import Tracking

/// The parameters of a call, from its body, its query and its path.
struct WireRequest {
    private var object: JSONObject

    /// The parameters in a JSON body; none where it is empty.
    init(body: [UInt8]) throws(WireError) {
        guard !body.isEmpty else {
            object = JSONObject()
            return
        }
        guard String(validating: body, as: UTF8.self) != nil else {
            throw WireError(.badRequest, "The body is not UTF-8.")
        }
        do {
            guard case .object(let object) = try JSONParser.parse(body) else {
                throw WireError(.badRequest, "The body is no JSON object.")
            }
            self.object = object
        } catch let failure as JSONParser.Failure {
            throw WireError(
                .badRequest,
                "The body is no JSON: \(failure.what), at byte \(failure.offset)."
            )
        } catch {
            throw WireError(error)
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

    init(_ object: JSONObject) { self.object = object }

    /// Adds a part of the path.
    mutating func add(_ value: String, named name: String) {
        _ = object.insert(.string(value), named: JSONName(name))
    }

    // MARK: Texts

    /// A text that must be there and not be empty.
    func text(_ name: String) throws(WireError) -> String {
        guard let text = try optionalText(name), !text.isEmpty else { throw missing(name) }
        return text
    }

    func optionalText(_ name: String) throws(WireError) -> String? {
        switch object[name] {
        case nil, .null: return nil
        case .string(let text): return text
        case .some(let value): throw invalid(name, value, "it must be a string")
        }
    }

    func texts(_ name: String) throws(WireError) -> [String] {
        try list(name).map { (value) throws(WireError) in
            switch value {
            case .string(let text): return text
            case .integer(let number): return String(number)
            default: throw invalid(name, value, "it must be a list of strings")
            }
        }
    }

    // MARK: Numbers

    func integer(_ name: String) throws(WireError) -> Int {
        guard let number = try optionalInteger(name) else { throw missing(name) }
        return number
    }

    /// A whole number, also one in quotes, as queries have it.
    func optionalInteger(_ name: String) throws(WireError) -> Int? {
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

    /// A number; what JSON lacks comes as a text such as `NaN`.
    func number(_ name: String) throws(WireError) -> Double {
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

    func boolean(_ name: String) throws(WireError) -> Bool {
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

    func objects(_ name: String) throws(WireError) -> [WireRequest] {
        try list(name).map { (value) throws(WireError) in
            guard case .object(let object) = value else {
                throw invalid(name, value, "it must be a list of objects")
            }
            return WireRequest(object)
        }
    }

    func object(_ name: String) throws(WireError) -> WireRequest {
        switch object[name] {
        case nil, .null: throw missing(name)
        case .object(let object): return WireRequest(object)
        case .some(let value): throw invalid(name, value, "it must be an object")
        }
    }

    private func list(_ name: String) throws(WireError) -> [JSONValue] {
        switch object[name] {
        case nil, .null: return []
        case .array(let values): return values
        // In a query, a list of one is one value.
        case .some(.string(let text)): return [.string(text)]
        case .some(let value): throw invalid(name, value, "it must be a list")
        }
    }

    private func missing(_ name: String) -> WireError {
        WireError(
            .invalidParameter,
            "Missing value for required parameter '\(name)'. See the API docs for more information "
                + "about request parameters."
        )
    }

    func invalid(_ name: String, _ value: JSONValue, _ what: String) -> WireError {
        let shown = String(String(decoding: value.bytes, as: UTF8.self).prefix(200))
        return WireError(
            .invalidParameter,
            "Invalid value \(shown) for parameter '\(name)' supplied: \(what)."
        )
    }
}

// MARK: - What the tracker takes

extension WireRequest {
    func experimentID(_ name: String = "experiment_id") throws(WireError) -> Int {
        let text = try text(name)
        guard let id = Int(text) else {
            throw WireError(
                .invalidParameter,
                "Invalid experiment ID '\(text)'. An experiment ID is a whole number."
            )
        }
        return id
    }

    func experimentIDs() throws(WireError) -> [Int] {
        try texts("experiment_ids").map { (text) throws(WireError) in
            guard let id = Int(text) else {
                throw WireError(.invalidParameter, "Invalid experiment ID '\(text)'.")
            }
            return id
        }
    }

    /// `run_id`, which older clients call `run_uuid`.
    func runID() throws(WireError) -> String {
        if !has("run_id"), has("run_uuid") { return try text("run_uuid") }
        return try text("run_id")
    }

    func tag() throws(WireError) -> Tag {
        Tag(TrackingKey(try text("key")), try optionalText("value") ?? "")
    }

    func tags(_ name: String = "tags") throws(WireError) -> [Tag] {
        try objects(name).map { (tag) throws(WireError) in try tag.tag() }
    }

    func params(_ name: String = "params") throws(WireError) -> [Param] {
        try objects(name).map { (param) throws(WireError) in
            Param(TrackingKey(try param.text("key")), try param.optionalText("value") ?? "")
        }
    }

    func metric() throws(WireError) -> Metric {
        Metric(
            TrackingKey(try text("key")),
            try number("value"),
            timestamp: try integer("timestamp"),
            step: try optionalInteger("step") ?? 0
        )
    }

    /// Which of the things in use and in the bin are asked for.
    func view(_ name: String) throws(WireError) -> LifecycleView {
        switch try optionalText(name) {
        case nil, "ACTIVE_ONLY": .active
        case "DELETED_ONLY": .deleted
        case "ALL": .all
        case .some(let text): throw invalid(name, .string(text), "it must be a view type")
        }
    }

    func status() throws(WireError) -> RunStatus? {
        guard let text = try optionalText("status") else { return nil }
        guard let status = RunStatus(rawValue: text) else {
            throw invalid("status", .string(text), "it must be a run's status")
        }
        return status
    }
}
