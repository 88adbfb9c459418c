import Datasets
import ModelFiles
import Platform
import Tensors
import Testing
import TestModels
import Training
import Transformer

/// Failed writes, cancellation, and stops within a step or an evaluation.
@Suite struct TrainerInterruptionTests {
    @Test func aFailedWriteIsTriedAgainUntilItSucceeds() throws {
        struct DiskFull: Error {}
        try TinyRun.with { run in
            var failures = 0
            var received: [Int] = []
            let outcome = try run.trainer().run(
                emit: { event in
                    guard case .step(let report) = event else { return }
                    if report.step == 2, failures < 3 { throw DiskFull() }
                    received.append(report.step)
                },
                writeFailed: { error in
                    #expect(error is DiskFull)
                    failures += 1
                    return .retry
                }
            )
            #expect(failures == 3)
            #expect(received == Array(0..<8))
            guard case .finished = outcome else {
                Issue.record("\(outcome)")
                return
            }
        }
    }

    @Test func aFailedWriteEndsTheRunIfItsOwnerDecidesSo() throws {
        try TinyRun.with { run in
            run.configuration.checkpointInterval = .steps(2)
            // A file in place of the checkpoints' folder.
            try TestModel().write(to: run.checkpoints)
            let error = #expect(throws: (any Error).self) {
                _ = try run.trainer().run(emit: { _ in })
            }
            #expect(error != nil)
        }
    }

    @Test func cancellingEndsAtOnceWithoutACheckpoint() throws {
        try TinyRun.with { run in
            var questions = 0
            let trainer = try run.trainer()
            let outcome = try trainer.run(
                emit: { _ in },
                isCancelled: {
                    questions += 1
                    return questions > 10
                }
            )
            #expect(outcome == .cancelled(completedSteps: trainer.completedSteps))
            #expect(trainer.completedSteps < 8)
            #expect(questions == 11)
            #expect(try CheckpointStore(folder: run.checkpoints).newest().checkpoint == nil)
        }
    }

    /// A run that is interrupted at each of some calls, and at each waits or is stopped and
    /// resumed.
    private func interrupted(
        _ run: TinyRun,
        at questions: Set<Int>,
        isStopped: Bool
    ) throws -> [TrainingEvent] {
        var events: [TrainingEvent] = []
        var asked = 0
        var isWanted = false
        var checkpoint: Checkpoint?
        while true {
            let outcome = try run.trainer(resumingFrom: checkpoint).run(
                between: { _ in
                    defer { isWanted = false }
                    return isWanted && isStopped ? .stop : .proceed
                },
                emit: { events.append($0) },
                answer: { isCancelled in
                    for _ in 0..<3 where isCancelled() { throw CancellationError() }
                    return [EvaluationSample(prompt: "p", reference: nil, answer: "a")]
                },
                isInterrupted: {
                    asked += 1
                    isWanted = isWanted || questions.contains(asked)
                    return isWanted
                }
            )
            guard case .stopped(_, let folder) = outcome else { return events }
            checkpoint = try Checkpoint(folder: folder)
        }
    }

    /// The events of a run, except those about its processes.
    private func course(_ events: [TrainingEvent]) -> [String] {
        events.compactMap { event in
            switch event {
            case .step(let report): "step \(report.bits)"
            case .evaluated(let report): "evaluated \(report.step) \(report.loss.bitPattern)"
            case .answered(let step, _): "answered \(step)"
            case .alerted(let alert): "called \(alert.message)"
            default: nil
            }
        }
    }

    @Test(arguments: [false, true])
    func interruptedWorkIsRepeatedToTheSameBits(isStopped: Bool) throws {
        try TinyRun.with(.q4_1) { run in
            run.evaluation = TinyRun.sentences(9, from: 100)
            run.configuration.evaluationInterval = 2
            run.configuration.steps = 6
            run.configuration.patience = 3
            run.configuration.dropout = 0.1
            let whole = course(try interrupted(run, at: [], isStopped: isStopped))
            let bits = try run.parameterBits(run.resultFolder)
            #expect(whole.count(where: { $0.hasPrefix("evaluated") }) == 3)
            // Each call is made within a step, an evaluation or an answer.
            for first in [1, 5, 9, 12, 14, 17, 20, 33] {
                TemporaryFolder.remove(run.checkpoints)
                TemporaryFolder.remove(run.resultFolder)
                let questions = Set([first, first + 7, first + 8, first + 40])
                let course = course(
                    try interrupted(run, at: questions, isStopped: isStopped)
                )
                #expect(course == whole, "interrupted at \(questions.sorted())")
                #expect(try run.parameterBits(run.resultFolder) == bits)
            }
        }
    }

    @Test func aStopWithinAnEvaluationKeepsTheStepBeforeIt() throws {
        try TinyRun.with { run in
            run.evaluation = TinyRun.sentences(4, from: 50)
            run.configuration.evaluationInterval = 3
            var isEvaluating = false
            var events: [TrainingEvent] = []
            let outcome = try run.trainer().run(
                between: { $0 == 3 ? .stop : .proceed },
                emit: { event in
                    events.append(event)
                    isEvaluating = event.isStep(2)
                },
                isInterrupted: { isEvaluating }
            )
            guard case .stopped(3, let folder) = outcome else {
                Issue.record("\(outcome)")
                return
            }
            #expect(events.evaluations.isEmpty)
            let after = try run.train(resumingFrom: Checkpoint(folder: folder)).events
            #expect(after.evaluations.first?.step == 3, "it is made up for before the next step")
            #expect(after.steps.first?.step == 3)
        }
    }
}

extension TrainingEvent {
    /// Whether it reports the step with this number.
    fileprivate func isStep(_ number: Int) -> Bool {
        if case .step(let report) = self { report.step == number } else { false }
    }
}
