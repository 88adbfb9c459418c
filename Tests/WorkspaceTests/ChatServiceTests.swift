import ChatTemplates
import EventBus
import Platform
import Registry
import Runs
import Synchronization
import Testing
import TestModels
import Training
import Workspace

@Suite struct ChatServiceTests {
    @Test func anAnswerStreamsAndItsPiecesAreItsText() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let answer = workspace.chat.answer(
                    Self.question,
                    from: .base(model: test.model),
                    options: .greedy(maxTokens: 12)
                )
                let outcome = try #require(Self.outcome(of: answer, in: events))
                #expect(outcome.reason == .length || outcome.reason == .stop)
                #expect(outcome.failure == nil)
                #expect(outcome.promptTokens > 0)
                let pieces = events.all.compactMap { event -> String? in
                    if case .answerPiece(let piece) = event { piece.text } else { nil }
                }
                #expect(outcome.text.hasPrefix(pieces.joined()))
                #expect(!workspace.chat.isAnswering)
                let phases = events.all.compactMap { event -> ChatState.Phase? in
                    if case .chat(let state) = event { state.phase } else { nil }
                }
                #expect(phases == [.loading, .ready])
            }
        }
    }

    @Test func theSameQuestionToAnAdapterAndTheBaseIsAnsweredByEach() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                var request = test.request(steps: 40)
                request.learningRate = 3e-2
                let run = try workspace.runs.start(request)
                _ = try workspace.runs.wait(for: run.id)
                let base = try Self.ask(.base(model: test.model), workspace)
                let adapter = try Self.ask(.run(id: run.id), workspace)
                #expect(base != adapter)
                #expect(try Self.ask(.base(model: test.model), workspace) == base)
                #expect(try Self.ask(.run(id: run.id), workspace) == adapter)

                let version = try workspace.registry.register(run: run.id, as: "facts")
                let target = ChatTarget.version(name: "facts", number: version)
                #expect(try Self.ask(target, workspace) == adapter)
            }
        }
    }

    @Test func chatOpensOnTheDeployedVersionElseOnTheBase() throws {
        try TestWorkspace.with { test in
            try Settings(defaultModel: test.model).write(folder: test.folder)
            try test.opened { workspace in
                try Settings(defaultModel: test.model).write(folder: test.home)
                #expect(try workspace.chat.defaultChoice().target == .base(model: "tiny"))
                let run = try workspace.runs.start(test.request(steps: 1))
                _ = try workspace.runs.wait(for: run.id)
                let version = try workspace.registry.register(run: run.id, as: "facts")
                try workspace.registry.setStage("facts", version: version, to: .production)
                #expect(
                    try workspace.chat.defaultChoice().target
                        == .stage(name: "facts", stage: .production)
                )
                try workspace.registry.promote("facts", version: version)
                let choice = try workspace.chat.defaultChoice()
                #expect(choice.target == .alias(name: "facts", alias: "production"))
                #expect(choice.title == "facts v1 @production Production")
                #expect(choice.subtitle == "adapter on tiny")
                #expect(try workspace.chat.choices().count == 2)
            }
        }
    }

    @Test func aCancelledAnswerKeepsItsText() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let subscription = workspace.events.subscribe { event in
                    if case .answerPiece(let piece) = event, piece.tokenCount >= 3 {
                        workspace.chat.cancel(piece.answer)
                    }
                }
                let answer = workspace.chat.answer(
                    .raw("the in an"),
                    from: .base(model: test.model),
                    options: .greedy(maxTokens: 200)
                )
                let outcome = try #require(Self.outcome(of: answer, in: events))
                subscription.cancel()
                #expect(outcome.reason == .cancelled || outcome.ids.count < 200)
                #expect(outcome.failure == nil)
            }
        }
    }

    @Test func theErrorSaysWhyAModelCannotBeLoaded() throws {
        try TestWorkspace.with { test in
            try test.opened { workspace in
                let events = EventRecorder(workspace.events)
                let answer = workspace.chat.answer(Self.question, from: .base(model: "nothing"))
                let outcome = try #require(Self.outcome(of: answer, in: events))
                #expect(outcome.reason == .failed)
                #expect(outcome.failure?.code == .notFound)
                let failed = events.first {
                    if case .chat(let state) = $0 { state.phase == .failed } else { false }
                }
                #expect(failed != nil)
                #expect(throws: WorkspaceError.self) {
                    try workspace.chat.answerAndWait(Self.question, from: .base(model: "nothing"))
                }
            }
        }
    }

    private static let question = Prompt.conversation([Message.user("what is 3?")])

    private static func ask(_ target: ChatTarget, _ workspace: Workspace) throws -> [Int32] {
        try workspace.chat
            .answerAndWait(question, from: target, options: .greedy(maxTokens: 16)).ids
    }

    private static func outcome(of answer: AnswerID, in events: EventRecorder) -> AnswerOutcome? {
        let event = events.first {
            if case .answerEnded(let outcome) = $0 { outcome.answer == answer } else { false }
        }
        if case .answerEnded(let outcome) = event { return outcome }
        return nil
    }
}
