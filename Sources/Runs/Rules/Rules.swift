import Platform
import Tracking

/// What may be done to runs, experiments and artifacts, by a key, a command or a client.
///
/// Each rule takes facts and throws the reason of a refusal; ``RuleBook`` collects the facts. The
/// registry has the rules for registered models and their versions, in its own transactions: a gate
/// applies to every deployment.
enum Rules {
    /// What the rules need to know of a run.
    struct RunFacts: Equatable {
        var id: String
        var name: String
        /// Whether this program executes or has executed it.
        var isOwn = false
        /// Whether another program does its work, which may log to it as to a run of its own.
        var isScript = false
        /// Whether a process of this workspace executes it now.
        var isLive = false
        var status = RunStatus.running
        var endTime: Int?
    }

    /// Whether a run may be moved to the trash: the process of a live run could not write to it.
    static func delete(_ run: RunFacts) throws(RunError) {
        guard run.isLive else { return }
        throw RunError(
            .conflict,
            "\(run.name) is being trained.",
            hint: "Stop it first."
        )
    }

    /// Whether an experiment with these live runs may be moved to the trash.
    static func delete(experiment: String, live runs: [RunFacts]) throws(RunError) {
        guard let first = runs.first else { return }
        let others = runs.count > 1 ? " and \(runs.count - 1) more of its runs" : ""
        throw RunError(
            .conflict,
            "The experiment \(experiment) cannot be deleted: \(first.name)\(others) "
                + "\(runs.count > 1 ? "are" : "is") being trained.",
            hint: "Stop \(runs.count > 1 ? "them" : "it") first."
        )
    }

    /// Whether anything but the run's own process may change its status.
    ///
    /// A change to the same value is allowed.
    static func setStatus(
        _ status: RunStatus?,
        endTime: Int?,
        of run: RunFacts
    ) throws(RunError) {
        let isChange =
            status.map { $0 != run.status } ?? false || endTime.map { $0 != run.endTime } ?? false
        guard isChange, run.isOwn || run.isLive else { return }
        throw RunError(
            .conflict,
            run.isLive
                ? "\(run.name) is being trained, and its own process says when it ends."
                : "\(run.name) was trained by workbench, which alone changes its status.",
            hint: run.isLive
                ? "`workbench runs stop \(run.id)` stops it."
                : "Log to it by its id, with MlflowClient().log_metric(run_id, …), without "
                    + "starting it again."
        )
    }

    /// Whether anything but a run's own process may log metrics of these names.
    static func log(metrics names: some Sequence<String>, to run: RunFacts) throws(RunError) {
        guard run.isOwn, !run.isScript, let name = names.first(where: MetricName.isMeasured) else {
            return
        }
        throw RunError(
            .conflict,
            "The metric \(name) of \(run.name) is measured by workbench, which trained it.",
            hint: "Log under another name."
        )
    }

    /// Whether another program may set or remove a tag.
    static func tag(_ key: TrackingKey) throws(RunError) {
        guard key.text.utf8.starts(with: reservedTags.utf8), key != Tag.alert,
            key != Tag.alertLevel
        else { return }
        throw RunError(
            .invalid,
            "The tag \(key.text) is for workbench alone: tags that begin with \(reservedTags) "
                + "steer it.",
            hint: "Choose another name."
        )
    }

    /// The prefix of the tags that hold this program's own state.
    static let reservedTags = "workbench."
}
