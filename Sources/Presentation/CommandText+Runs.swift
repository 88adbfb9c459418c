extension CommandText {
    /// The command that resumes a run where it stopped.
    package static func resume(_ run: String) -> String {
        "workbench train --resume \(quoted(run))"
    }

    /// The command that runs the same parameters again.
    package static func retry(_ run: String) -> String { "workbench runs retry \(quoted(run))" }

    /// The command that stops a run.
    package static func stop(_ run: String) -> String { "workbench runs stop \(quoted(run))" }

    /// The command that moves a run to the trash.
    package static func delete(_ run: String) -> String { "workbench runs delete \(quoted(run))" }

    /// The command that shows runs side by side.
    package static func compare(_ runs: [String]) -> String {
        "workbench runs compare \(runs.map(quoted).joined(separator: " "))"
    }
}
