package import Registry

extension CommandText {
    /// The command that makes a run's adapter a version.
    package static func register(_ run: String, as name: String) -> String {
        "workbench registry register \(quoted(run)) \(quoted(name))"
    }

    /// The command that sets the gate of a model; nil removes it.
    package static func gate(_ name: String, _ gate: Gate?) -> String {
        "workbench registry gate \(quoted(name)) \(gate?.options ?? "--remove")"
    }

    /// The command that approves a version.
    package static func approve(_ name: String, _ version: Int) -> String {
        "workbench registry approve \(quoted(name)) \(version)"
    }

    /// The command that moves a version to a stage.
    package static func stage(_ name: String, _ version: Int, _ stage: Stage) -> String {
        "workbench registry stage \(quoted(name)) \(version) \(stage.rawValue)"
    }

    /// The command that points an alias at a version; without a version it removes the alias.
    package static func alias(_ alias: String, of name: String, _ version: Int?) -> String {
        let rest = version.map { "\($0)" } ?? "--remove"
        return "workbench registry alias \(quoted(name)) \(quoted(alias)) \(rest)"
    }

    /// The command that deploys a version.
    package static func promote(_ name: String, _ version: Int) -> String {
        "workbench registry promote \(quoted(name)) \(version)"
    }

    /// The command that deploys the version that was deployed before.
    package static func rollBack(_ name: String) -> String {
        "workbench registry rollback \(quoted(name))"
    }

    /// The command that undoes the last change of the registry.
    package static let undo = "workbench registry undo"

    /// The command that redoes the change that was undone last.
    package static let redo = "workbench registry redo"
}

extension Gate {
    /// The options that set this gate on the command line.
    var options: String {
        let conditions = conditions.map { "--require \(CommandText.quoted($0.description))" }
        let approved =
            approvers.isEmpty
            ? (approval != nil ? ["--approval"] : [])
            : approvers.map { "--approver \(CommandText.quoted($0))" }
        return (conditions + approved).joined(separator: " ")
    }
}
