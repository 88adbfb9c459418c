import EventBus
import Machine
package import Platform
package import Tracking

extension RunService {
    /// Makes the run of a command, which this process holds.
    ///
    /// Blocks.
    package func prepare(_ request: ScriptRequest) throws -> PreparedScript {
        try opened.checkWritable()
        return try RunError.translating {
            let id = opened.store.newRunID()
            guard let lock = try RunLock.take(opened.layout.lock(run: id)) else {
                throw RunError(.conflict, "The lock of run \(id) is taken.")
            }
            let mark = RunHold.newMark()
            let record = try create(id, request, mark)
            events.publish(.changed(run: id))
            return try recordingFailure(of: id, mark) {
                let hold = try hold(record, lock, mark: mark)
                try Self.logEnvironment(in: hold.folder, machine.read())
                return PreparedScript(
                    request: request,
                    record: record,
                    folder: hold.folder,
                    hold: hold
                )
            }
        }
    }

    private func create(
        _ id: String,
        _ request: ScriptRequest,
        _ mark: Tag
    ) throws -> RunRecord {
        var new = NewRun()
        new.id = id
        let name = try request.experiment ?? sources.defaultExperiment() ?? "Default"
        let experiment = try opened.store.findOrCreateExperiment(named: name)
        _ = try opened.writablePath(of: "\(experiment.artifactLocation)/\(id)")
        new.experimentID = experiment.id
        new.name = try request.runName ?? freeName(request.defaultName)
        let words = MaskedCommand.words(request.command).joined(separator: " ")
        new.tags = [
            mark, owner, Tag(RunTag.script, "watch"),
            Tag(RunTag.sourceName, String(words.prefix(400))),
            Tag(RunTag.sourceType, "LOCAL"),
        ]
        if let checkout = GitCheckout(containing: ".") { new.tags += checkout.tags }
        let record = try opened.store.createRun(new, isPublished: true)
        let params = [Param("command", String(words.prefix(4000)))]
        try opened.store.log(Batch(params: params), run: id)
        return record
    }

    /// Runs a prepared command to its end, on the calling thread, and writes the end to the store.
    ///
    /// If the store cannot be written, the command continues, and what is missing is reported.
    ///
    /// - Parameters:
    ///   - environment: Variables to add to the command's environment.
    ///   - line: Called with each line of its output.
    ///   - metrics: Called with what was read from the output.
    ///   - note: Called with messages about the attempts.
    ///   - finish: Called before the end is stored, to complete the files of the run.
    package func execute(
        _ script: PreparedScript,
        control: ScriptControl,
        environment: [String: String] = [:],
        line: @escaping (OutputLine) -> Void,
        metrics: @escaping ([PrintedMetric]) -> Void = { _ in },
        note: @escaping (String) -> Void = { _ in },
        finish: () throws -> Void = {}
    ) -> ScriptOutcome {
        let hold = script.hold
        defer { hold.release() }
        var request = script.request
        request.environment.merge(environment) { own, _ in own }
        let recorder = ScriptRecorder(
            opened,
            events,
            hold,
            name: script.record.name,
            alerts: request.alerts,
            system: SystemSampler(machine)
        )
        let execution = ScriptExecution(
            request,
            hold,
            opened,
            events,
            recorder,
            control,
            .init(line: line, metrics: metrics, note: note)
        )
        var outcome = execution.run()
        do { try finish() } catch { note(RunError(error).message) }
        do {
            try end(script, outcome, recorder)
        } catch {
            let unstored = RunError(error)
            opened.report(unstored, doing: "The end of run \(hold.run) could not be stored")
            outcome.failure = outcome.failure ?? unstored
        }
        events.publish(
            .ended(
                RunOutcome(
                    run: hold.run,
                    status: outcome.status,
                    stepsDone: recorder.lastStep,
                    failure: outcome.failure
                )
            )
        )
        return outcome
    }

    private func end(
        _ script: PreparedScript,
        _ outcome: ScriptOutcome,
        _ recorder: ScriptRecorder
    ) throws {
        var tags = [Tag(RunTag.paused, ""), Tag(RunTag.lossTail, recorder.lossTail)]
        if outcome.status == .stopped { tags.append(Tag(RunTag.ending, "stopped")) }
        if let failure = outcome.failure { tags.append(Tag(RunTag.failure, failure.description)) }
        let status: RunStatus =
            switch outcome.status {
            case .finished: .finished
            case .failed: .failed
            default: .killed
            }
        try opened.store.endRun(
            script.hold.run,
            status,
            tags: tags,
            marked: script.hold.mark
        ) { request in
            request.kind == .stop ? "the command was ended" : "\(outcome.status)"
        }
    }
}

/// A command whose run is in the store, held by this process.
package struct PreparedScript: Sendable {
    package let request: ScriptRequest
    /// The run when it was made.
    package let record: RunRecord
    /// The folder of its artifacts.
    package let folder: RunFolder
    let hold: RunHold
}
