package import Workflows

extension CommandText {
    /// The command that starts a flow of a file; values of secret parameters are left out.
    package static func runFlow(
        _ file: String,
        _ order: FlowOrder,
        secret: Set<String> = []
    ) -> String {
        (["workbench flow run \(quoted(file))"] + options(order, secret)).joined(separator: " ")
    }

    /// The command that retries a flow run.
    package static func retryFlow(
        _ run: String,
        _ order: FlowOrder,
        secret: Set<String> = []
    ) -> String {
        (["workbench flow retry \(quoted(run))"] + options(order, secret)).joined(separator: " ")
    }

    /// The command that lists the faults of a flow's file.
    package static func validateFlow(_ file: String) -> String {
        "workbench flow validate \(quoted(file))"
    }

    /// The command that does something with a flow run: `cancel`, `pause`, `resume` or `delete`.
    package static func flow(_ verb: String, _ run: String) -> String {
        "workbench flow \(verb) \(quoted(run))"
    }

    /// The command that approves a task of a flow run, or denies it.
    package static func decide(
        _ isApproved: Bool,
        _ task: String,
        of run: String,
        reason: String
    ) -> String {
        let verb = isApproved ? "approve" : "deny"
        let rest = reason.isEmpty ? "" : " --reason \(quoted(reason))"
        return "workbench flow \(verb) \(quoted(run)) \(quoted(task))\(rest)"
    }

    /// The command that switches a schedule on or off.
    package static func schedule(_ name: String, of file: String, isOn: Bool) -> String {
        let rest = name == "schedule" ? "" : " --name \(quoted(name))"
        return "workbench flow schedule \(isOn ? "on" : "off") \(quoted(file))\(rest)"
    }

    private static func options(_ order: FlowOrder, _ secret: Set<String>) -> [String] {
        var words = order.parameters.sorted { $0.key < $1.key }.map { name, value in
            "-p \(quoted("\(name)=\(secret.contains(name) ? "…" : value)"))"
        }
        if let from = order.from { words.append("--from \(quoted(from))") }
        if order.startsOver { words.append("--from-start") }
        if order.ignoresCache { words.append("--no-cache") }
        words += order.forced.sorted().map { "--force \(quoted($0))" }
        return words
    }
}
