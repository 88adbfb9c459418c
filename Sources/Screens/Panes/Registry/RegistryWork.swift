import Presentation
package import Registry
import Runs
package import Workspace

/// The calls of the Registry pane.
///
/// The lists are read again when the registry reports its change.
package enum RegistryWork {
    package static let undo = Effect.work("undo registry change") { workspace in
        done(
            "Undone: \(try workspace.registry.undo().summary).",
            CommandText.undo,
            hint: "Z redoes it."
        )
    }

    package static let redo = Effect.work("redo registry change") { workspace in
        done("Redone: \(try workspace.registry.redo().summary).", CommandText.redo)
    }

    package static func history(_ name: String) -> Effect {
        .work("read history", name) {
            .registry(.historyRead(name: name, try $0.registry.history(name)))
        }
    }

    package static func compare(_ name: String, versions: [Int]) -> Effect {
        .work("compare versions", name, versions) {
            .registry(.compared(try $0.registry.compare(name, versions: versions)))
        }
    }

    package static func check(_ version: RegisteredVersion) -> Effect {
        .work("check gate", version) {
            .registry(.checked(try $0.registry.checkGate(version.name, version: version.number)))
        }
    }

    package static func setGate(_ name: String, line: String) -> Effect {
        .work("set gate", name, line) { workspace in
            let gate = try Gate(line: line)
            try workspace.registry.setGate(name, to: gate)
            return done(
                gate.map { "Gate of \(name): \($0.line)." } ?? "\(name) no longer has a gate.",
                CommandText.gate(name, gate)
            )
        } failed: {
            .registry(.gateFailed($0, name: name, line: line))
        }
    }

    package static func approve(_ version: RegisteredVersion) -> Effect {
        .work("approve version", version) { workspace in
            try workspace.registry.approve(version.name, version: version.number)
            return done(
                "\(version.label) is approved by you.",
                CommandText.approve(version.name, version.number)
            )
        }
    }

    package static func register(_ run: String, as name: String) -> Effect {
        .work("register run", name, run) { workspace in
            let number = try workspace.registry.register(run: run, as: name)
            return .registry(.registered(.init(name: name, number: number), run: run))
        } failed: {
            .registry(.registerFailed($0, name: name, run: run))
        }
    }

    package static func setStage(_ version: RegisteredVersion, _ stage: Stage) -> Effect {
        .work("set stage", version, stage) { workspace in
            try workspace.registry.setStage(version.name, version: version.number, to: stage)
            return done(
                "\(version.label) is in stage \(stage.rawValue).",
                CommandText.stage(version.name, version.number, stage)
            )
        }
    }

    package static func setAlias(_ alias: String, of version: RegisteredVersion) -> Effect {
        .work("set alias", version, alias) { workspace in
            try workspace.registry.setAlias(version.name, alias: alias, version: version.number)
            return done(
                "\(version.label) is @\(alias).",
                CommandText.alias(alias, of: version.name, version.number)
            )
        } failed: {
            .registry(.aliasFailed($0, version, alias: alias))
        }
    }

    package static func removeAlias(_ alias: String, of version: RegisteredVersion) -> Effect {
        .work("remove alias", version, alias) { workspace in
            try workspace.registry.removeAlias(version.name, alias: alias)
            return done(
                "\(version.name) no longer has the alias @\(alias).",
                CommandText.alias(alias, of: version.name, nil)
            )
        }
    }

    package static func promote(_ version: RegisteredVersion) -> Effect {
        .work("promote version", version) { workspace in
            try workspace.registry.promote(version.name, version: version.number)
            return done(
                "\(version.label) is deployed.",
                CommandText.promote(version.name, version.number)
            )
        }
    }

    package static func rollBack(_ plan: RollbackPlan) -> Effect {
        .work("roll back", plan) { workspace in
            try workspace.registry.rollback(plan)
            return done(
                "\(plan.name) is back at v\(plan.to).",
                CommandText.rollBack(plan.name)
            )
        }
    }

    private static func done(
        _ message: String,
        _ command: String,
        hint: String = "z undoes it."
    ) -> Action {
        .reported(Notice(.success, message, hint: hint), command: command)
    }
}
