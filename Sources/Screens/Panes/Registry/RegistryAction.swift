package import Registry
package import Workspace

/// A fact of the Registry pane.
package enum RegistryAction: Equatable, Sendable {
    /// Ask which finished run to register.
    case chooseRun
    /// Ask for the name to register a run's adapter under; nil for the selected run.
    case register(run: String?)
    /// Register a run's adapter under a name.
    case registerAs(String, run: String)
    /// The adapter is registered.
    case registered(RegisteredVersion, run: String)
    /// The adapter cannot be registered.
    case registerFailed(WorkspaceError, name: String, run: String)

    /// Ask for the selected version's stage.
    case stage
    /// Move a version to a stage.
    case setStage(RegisteredVersion, Stage)
    /// Ask for an alias of the selected version.
    case alias
    /// Point an alias at a version, asking first if it points elsewhere.
    case moveAlias(RegisteredVersion, alias: String)
    /// Point an alias at a version.
    case setAlias(RegisteredVersion, alias: String)
    /// The alias cannot be set.
    case aliasFailed(WorkspaceError, RegisteredVersion, alias: String)
    /// Ask which alias of the selected version to remove.
    case unalias
    /// Ask whether to remove an alias.
    case askToRemove(RegisteredVersion, alias: String)
    /// Remove an alias.
    case removeAlias(RegisteredVersion, alias: String)
    /// Ask whether to deploy the selected version.
    case promote
    /// Deploy a version.
    case promoteNow(RegisteredVersion)
    /// Ask whether to deploy the previous version again.
    case rollBack
    /// Carry out a rollback.
    case rollBackNow(RollbackPlan)
    /// Undo the last change.
    case undo
    /// Redo the change undone last.
    case redo

    /// Ask for the gate of the selected model.
    case gate
    /// Set the gate of a model from one line of text; an empty line removes it.
    case setGate(name: String, line: String)
    /// The gate cannot be set.
    case gateFailed(WorkspaceError, name: String, line: String)
    /// A version was checked against the gate.
    case checked(GateReport)
    /// Ask whether to approve the selected version.
    case approve
    /// Approve a version.
    case approveNow(RegisteredVersion)

    /// Show or hide the deployment board.
    case toggleBoard
    /// Show or hide the selected version beside the one it would replace.
    case toggleComparison
    /// A comparison of versions was read.
    case compared(RegisteredVersionComparison)
    /// Show or hide the history of the selected model.
    case toggleHistory
    /// A history was read.
    case historyRead(name: String, [RegistryChange])
    /// Move from the models to the versions, or chat with the selected version.
    case open
    /// Chat with the selected version.
    case chat
}
