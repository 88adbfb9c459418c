import ArgumentParser
import Presentation
import Registry
import Workspace

extension RegistryCommand {
    struct Gate: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "gate",
            abstract: "The promotion gate of a model: show, set, check, remove.",
            discussion: """
                Without options the gate is shown. --require and --approval replace it; a \
                condition is a metric, one of < <= > >=, and a number or the deployed version's \
                value: --require 'eval_loss <= 1.9' --require 'eval_loss < deployed + 0.05'. Rolling \
                back is never refused.
                """
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String
        @Option(help: "A condition on a metric; may be given several times.")
        var require: [String] = []
        @Flag(help: "Require an approval by another person than the one who deploys.")
        var approval = false
        @Option(help: "Who may approve, as user or user@host; may be given several times.")
        var approver: [String] = []
        @Flag(help: "Remove the gate.") var remove = false
        @Option(help: "Check this version against the gate; exit status 3 if it fails.")
        var check: Int?
        @Option(help: "Why, for the history.") var reason = ""

        private var isSet: Bool { !require.isEmpty || approval || !approver.isEmpty }

        func run() throws {
            let registry = try shared.open().registry
            if let check { return try report(registry.checkGate(model, version: check)) }
            if isSet || remove {
                let gate = try Registry.Gate(
                    conditions: require,
                    needsApproval: approval,
                    approvers: approver
                )
                try registry.setGate(model, to: remove ? nil : gate, reason: reason)
            }
            let gate = try registry.gate(model)
            if shared.json { return try Console.printJSON(gate ?? Registry.Gate()) }
            guard let gate else { return Console.print(Console.line("\(model) has no gate")) }
            for condition in gate.conditions { Console.print(Console.line("\(condition)")) }
            if let approval = gate.approval { Console.print(Console.line("approved \(approval)")) }
        }

        private func report(_ check: GateReport) throws {
            if shared.json {
                try Console.printJSON(check)
            } else if check.findings.isEmpty {
                Console.print(Console.line("\(model) has no gate"))
            } else {
                var table = TextTable(["", "WHAT", "FOUND", "WANTED"])
                for finding in check.findings {
                    let mark = finding.passed ? "passed" : "failed"
                    table.add([mark, finding.subject, finding.found, finding.wanted])
                }
                table.print()
            }
            if !check.passed { throw ExitCode(ExitStatus.refused) }
        }

        mutating func validate() throws {
            if !reason.isEmpty, !isSet, !remove {
                throw ValidationError("--reason needs a change of the gate.")
            }
            if [isSet, remove, check != nil].count(where: { $0 }) > 1 {
                throw ValidationError("Set the gate, or --remove it, or --check a version.")
            }
        }
    }

    struct Approve: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "approve",
            abstract: "Approve a version under your name, for another person to deploy."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String
        @Argument(help: "The version's number.") var version: Int
        @Option(help: "Why, for the history.") var reason = ""

        func run() throws {
            try shared.open().registry.approve(model, version: version, reason: reason)
            try shared.confirm(
                "\(model) version \(version) is approved",
                ["name": .text(model), "version": .number(Double(version))]
            )
        }
    }
}
