import Tracking
import Transfers
import Yams

extension AlertSettings {
    /// Reads the part of the settings' file; what is wrong in it is left out and described.
    ///
    /// - Parameters:
    ///   - path: The file, for the descriptions.
    ///   - problems: Receives a line for each fault.
    init(_ node: Node, path: String, problems: inout [String]) {
        self.init()
        guard let mapping = node.mapping else {
            problems.append("\(Self.place(node, path)): alerts must have keys: \(Self.keys).")
            return
        }
        for (key, value) in mapping {
            let place = Self.place(key, path)
            let name = key.string ?? "?"
            switch name {
            case "command": command = Self.text(value, name, place, &problems)
            case "webhook": webhook = Self.webhook(value, place, &problems)
            case "level": if let read = Self.level(value, place, &problems) { level = read }
            case "rules":
                guard let list = value.sequence else {
                    problems.append("\(place): the rules of alerts must be a list.")
                    continue
                }
                rules = list.compactMap { Self.rule($0, Self.place($0, path), &problems) }
            default:
                problems.append("\(place): alerts has no key \(name); these are: \(Self.keys).")
            }
        }
    }

    private static let keys = "command, webhook, level, rules"
    private static let ruleKeys: Set = ["metric", "above", "below", "level"]

    private static func place(_ node: Node, _ path: String) -> String {
        node.mark.map { "\(path):\($0.line)" } ?? path
    }

    private static func text(
        _ node: Node,
        _ name: String,
        _ place: String,
        _ problems: inout [String]
    ) -> String? {
        guard let text = node.scalar?.string, !text.isEmpty else {
            problems.append("\(place): the \(name) of alerts must be a non-empty text.")
            return nil
        }
        return text
    }

    private static func webhook(
        _ node: Node,
        _ place: String,
        _ problems: inout [String]
    ) -> Webhook? {
        if let mapping = node.mapping {
            guard mapping.count == 1, let name = mapping["env"]?.scalar?.string, !name.isEmpty
            else {
                problems.append("\(place): the webhook of alerts is an address or {env: NAME}.")
                return nil
            }
            return .variable(name)
        }
        guard let address = text(node, "webhook", place, &problems) else { return nil }
        if let fault = WebRequest.fault(in: address) {
            problems.append("\(place): the webhook of alerts cannot be used: \(fault)")
            return nil
        }
        return .address(address)
    }

    private static func level(
        _ node: Node,
        _ place: String,
        _ problems: inout [String]
    ) -> Alert.Level? {
        guard let level = node.scalar.flatMap({ Alert.Level(rawValue: $0.string) }) else {
            problems.append("\(place): the level of alerts is info, warning or error.")
            return nil
        }
        return level
    }

    private static func rule(
        _ node: Node,
        _ place: String,
        _ problems: inout [String]
    ) -> AlertRule? {
        let example = "such as {metric: loss, above: 5}"
        guard let mapping = node.mapping, let metric = mapping["metric"]?.scalar?.string,
            !metric.isEmpty
        else {
            problems.append("\(place): a rule of alerts must name its metric, \(example).")
            return nil
        }
        let unknown = mapping.keys.compactMap(\.string).filter { !ruleKeys.contains($0) }
        guard unknown.isEmpty else {
            let names = unknown.joined(separator: ", ")
            problems.append("\(place): a rule of alerts has no key \(names).")
            return nil
        }
        let (above, below) = (mapping["above"], mapping["below"])
        let limits = [above, below].compactMap { $0 }
        guard !limits.isEmpty, limits.allSatisfy({ $0.float?.isFinite == true }) else {
            problems.append(
                "\(place): a rule of alerts needs above or below, a number, \(example)."
            )
            return nil
        }
        var rule = AlertRule(metric: metric, above: above?.float, below: below?.float)
        if let node = mapping["level"] {
            guard let level = level(node, place, &problems) else { return nil }
            rule.level = level
        }
        return rule
    }

    /// The lines that the settings' file has for it; empty for the defaults.
    func lines(quoted: (String) -> String) -> [String] {
        guard self != AlertSettings() else { return [] }
        var lines = ["alerts:"]
        if let command { lines.append("  command: \(quoted(command))") }
        switch webhook {
        case .address(let address): lines.append("  webhook: \(quoted(address))")
        case .variable(let name): lines.append("  webhook: {env: \(quoted(name))}")
        case nil: break
        }
        lines.append("  level: \(level.rawValue)")
        if !rules.isEmpty { lines.append("  rules:") }
        for rule in rules {
            let parts = [
                "metric: \(quoted(rule.metric))", rule.above.map { "above: \($0)" },
                rule.below.map { "below: \($0)" }, "level: \(rule.level.rawValue)",
            ]
            lines.append("    - {\(parts.compactMap { $0 }.joined(separator: ", "))}")
        }
        return lines
    }
}
