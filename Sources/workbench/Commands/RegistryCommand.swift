public import ArgumentParser
import Presentation
public import Registry
import Runs
import Workspace

struct RegistryCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "registry",
        abstract: "Registered models: versions, stages, aliases, gates, promotion and rollback.",
        subcommands: [
            List.self, Show.self, Board.self, Compare.self, Register.self, Stage.self, Alias.self,
            Gate.self, Approve.self, Promote.self, Rollback.self, Undo.self, Redo.self,
            History.self,
        ]
    )
}

extension RegistryCommand {
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "All registered models and the version each has deployed."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let models = try shared.open().registry.list()
            if shared.json { return try Console.printJSON(models) }
            var table = TextTable(["MODEL", "VERSIONS", "DEPLOYED", "ALIASES"])
            for model in models {
                let aliases = model.versions.flatMap { version in
                    version.aliases.map { "\($0)=\(version.number)" }
                }
                table.add([
                    model.name, "\(model.versions.count)",
                    model.deployed.map { "version \($0.number)" } ?? "-",
                    aliases.joined(separator: " "),
                ])
            }
            table.print()
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show",
            abstract: "A registered model's versions."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String

        func run() throws {
            let summary = try shared.open().registry.show(model)
            if shared.json { return try Console.printJSON(summary) }
            var table = TextTable(["VERSION", "STAGE", "ALIASES", "RUN", "BEST EVAL", "NOTE"])
            for version in summary.versions {
                table.add([
                    "\(version.number)", version.stage.rawValue,
                    version.aliases.joined(separator: " "),
                    version.runName ?? version.run ?? "-",
                    Figures.optional(version.heldOutLoss), version.note,
                ])
            }
            table.print()
        }
    }

    struct Register: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "register",
            abstract: "Make a run's adapter the next version of a registered model."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: ArgumentHelp("A run's name or id.", valueName: "run"), completion: .runs)
        var reference: String
        @Argument(help: "The registered model's name; made if it is new.", completion: .registered)
        var model: String
        @Option(help: "A note on this version.") var note = ""

        func run() throws {
            let workspace = try shared.open()
            let number = try workspace.registry.register(
                run: try workspace.runs.find(reference).id,
                as: model,
                note: note
            )
            if shared.json {
                return try Console.printJSON([
                    "name": JSONValue.text(model), "version": .number(Double(number)),
                ])
            }
            Console.print("\(model) version \(number)")
        }
    }

    struct Stage: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "stage",
            abstract: "Move a version to None, Staging, Production or Archived."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String
        @Argument(help: "The version's number.") var version: Int
        @Argument(help: "None, Staging, Production or Archived.") var stage: Registry.Stage

        func run() throws {
            try shared.open().registry.setStage(model, version: version, to: stage)
            try shared.confirm(
                "\(model) version \(version): \(stage.rawValue)",
                [
                    "name": .text(model), "version": .number(Double(version)),
                    "stage": .text(stage.rawValue),
                ]
            )
        }
    }

    struct Alias: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "alias",
            abstract: "Point an alias such as champion at a version."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String
        @Argument(help: "The alias.") var alias: String
        @Argument(help: "The version's number.") var version: Int?
        @Flag(help: "Remove the alias.") var remove = false

        func run() throws {
            let registry = try shared.open().registry
            if let version, !remove {
                try registry.setAlias(model, alias: alias, version: version)
                try shared.confirm(
                    "\(model)@\(alias): version \(version)",
                    [
                        "name": .text(model), "alias": .text(alias),
                        "version": .number(Double(version)),
                    ]
                )
            } else {
                try registry.removeAlias(model, alias: alias)
                try shared.confirm(
                    "\(model)@\(alias) removed",
                    ["name": .text(model), "alias": .text(alias)]
                )
            }
        }

        mutating func validate() throws {
            if (version == nil) != remove { throw ValidationError("Give a version, or --remove.") }
        }
    }

    struct Promote: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "promote",
            abstract: "Deploy a version: Production, alias production, the former one archived."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String
        @Argument(help: "The version's number.") var version: Int
        @Option(help: "Why, for the history.") var reason = ""

        func run() throws {
            try shared.open().registry.promote(model, version: version, reason: reason)
            try shared.confirm(
                "\(model) version \(version) is deployed",
                ["name": .text(model), "version": .number(Double(version))]
            )
        }
    }

    struct Rollback: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "rollback",
            abstract: "Deploy the version that was deployed before."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "The registered model's name.", completion: .registered) var model: String

        func run() throws {
            let registry = try shared.open().registry
            let plan = try registry.rollbackPlan(model)
            try registry.rollback(plan)
            if shared.json { return try Console.printJSON(plan) }
            Console.print(
                "\(model) is back at version \(plan.to)\(plan.from.map { ", from \($0)" } ?? "")"
            )
        }
    }

    struct Undo: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "undo",
            abstract: "Undo your last registry change, if nothing changed since."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let summary = try shared.open().registry.undo().summary
            try shared.confirm("undone: \(summary)", ["undone": .text(summary)])
        }
    }

    struct Redo: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "redo",
            abstract: "Redo what was undone."
        )
        @OptionGroup var shared: SharedOptions

        func run() throws {
            let summary = try shared.open().registry.redo().summary
            try shared.confirm("redone: \(summary)", ["redone": .text(summary)])
        }
    }

    struct History: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "history",
            abstract: "Who changed what and when, newest first."
        )
        @OptionGroup var shared: SharedOptions
        @Argument(help: "Only this registered model.", completion: .registered) var model: String?

        func run() throws {
            let changes = try shared.open().registry.history(model)
            if shared.json { return try Console.printJSON(changes) }
            var table = TextTable(["WHEN", "WHO", "WHAT", "WHY"])
            for change in changes {
                table.add([
                    Console.time(change.date), change.author,
                    change.isUndone ? "\(change.summary) (undone)" : change.summary,
                    change.reason.isEmpty ? "-" : change.reason,
                ])
            }
            table.print()
        }
    }
}

extension Registry.Stage: ExpressibleByArgument {
    /// Reads a stage in any case.
    public init?(argument: String) {
        guard
            let stage = Self.allCases.first(where: {
                $0.rawValue.lowercased() == argument.lowercased()
            })
        else { return nil }
        self = stage
    }
}
