package import Workspace

/// A fact of the Registry pane.
package enum RegistryAction: Equatable, Sendable {
    /// Ask which finished run to register.
    case chooseRun
    /// Ask for a name under which a run's adapter is registered; nil for the selected run.
    case register(run: String?)
    /// Register a run's adapter under a name.
    case registerAs(String, run: String)
    /// It is registered.
    case registered(RegisteredVersion, run: String)
    /// It cannot be.
    case registerFailed(WorkspaceError, name: String, run: String)

    /// Ask for the selected version's stage.
    case stage
    /// Move a version to a stage.
    case setStage(RegisteredVersion, ModelStage)
    /// Ask for an alias of the selected version.
    case alias
    /// Have an alias point at a version, asking first where it points elsewhere.
    case giveAlias(RegisteredVersion, alias: String)
    /// Have an alias point at a version.
    case setAlias(RegisteredVersion, alias: String)
    /// The alias cannot be set.
    case aliasFailed(WorkspaceError, RegisteredVersion, alias: String)
    /// Ask which alias of the selected version is to go.
    case unalias
    /// Ask whether an alias is to go.
    case askToRemove(RegisteredVersion, alias: String)
    /// Remove an alias.
    case removeAlias(RegisteredVersion, alias: String)
    /// Ask whether to put the selected version into use.
    case promote
    /// Put a version into use.
    case promoteNow(RegisteredVersion)
    /// Ask whether to put the version before into use again.
    case rollBack
    /// Do what the plan says.
    case rollBackNow(RollbackPlan)
    /// Undo the last change.
    case undo
    /// Redo the change undone last.
    case redo

    /// Ask what must hold before a version of the selected model is deployed.
    case gate
    /// Set the gate of a model that a line describes; an empty line removes it.
    case setGate(name: String, line: String)
    /// The gate cannot be set.
    case gateFailed(WorkspaceError, name: String, line: String)
    /// The gate was asked about a version.
    case checked(GateCheck)
    /// Ask whether to approve the selected version.
    case approve
    /// Approve a version.
    case approveNow(RegisteredVersion)

    /// Show or hide where every model stands.
    case toggleBoard
    /// Show or hide the selected version beside the one it would replace.
    case toggleComparison
    /// Versions were read side by side.
    case compared(RegisteredVersionComparison)
    /// Show or hide what was done to the selected model.
    case toggleHistory
    /// It was read.
    case remembered(name: String, [RegistryChange])
    /// Move on from the models to the versions, or talk to the selected version.
    case open
    /// Talk to the selected version.
    case talk
}
