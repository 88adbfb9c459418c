package import JSON
import Platform

extension Flow {
    /// The values of all parameters, in the order of the file.
    ///
    /// - Parameters:
    ///   - texts: Values given as texts.
    ///   - former: The values of the others; nil for the defaults.
    package func parameterObject(
        _ texts: [String: String],
        over former: JSONObject? = nil
    ) throws(FlowError) -> JSONObject {
        var texts = texts
        var kept: [String: JSONValue] = [:]
        if let former {
            for member in former.members where texts[member.name.text] == nil {
                kept[member.name.text] = member.value
            }
        }
        // Required ones that are kept need no text.
        var flow = self
        for place in flow.parameters.indices {
            if let value = kept[flow.parameters[place].name] {
                flow.parameters[place].defaultValue = value
                texts[flow.parameters[place].name] = nil
            }
        }
        let values = try flow.parameterValues(texts)
        return JSONObject(parameters.map { ($0.name, values[$0.name] ?? .null) })
    }
}

extension FlowGraph {
    /// Creates the graph of a flow run from the stored values of its parameters.
    init(_ flow: Flow, parameters: JSONObject) throws(FlowError) {
        try self.init(
            flow,
            parameters: Dictionary(
                parameters.members.map { ($0.name.text, $0.value) },
                uniquingKeysWith: { first, _ in first }
            )
        )
    }
}
