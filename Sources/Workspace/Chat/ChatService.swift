import EventBus
import Inference
import Platform
import Runs
import Synchronization
import Tokenizers

/// Generates answers, with a base model or an adapter, one after another on its own thread.
///
/// Conversations belong to their callers. The service keeps the cache of the last conversation, so
/// that the next turn computes only its new tokens.
public final class ChatService: Sendable {
    private struct State {
        var nextAnswer: UInt64 = 0
        /// The pending answers.
        var open: Set<AnswerID> = []
        var cancelled: Set<AnswerID> = []
        var isClosed = false
    }

    private let opened: OpenedFolder
    private let events: EventBus<WorkspaceEvent>
    private let models: ModelService
    private let registry: RegistryService
    private let runs: RunService
    private let state = Guarded(State())
    private let queue = WorkQueue(name: "wb-chat", owner: "The workspace")
    private let speaker: ChatSpeaker

    init(
        _ opened: OpenedFolder,
        _ events: EventBus<WorkspaceEvent>,
        models: ModelService,
        registry: RegistryService,
        runs: RunService
    ) {
        self.opened = opened
        self.events = events
        self.models = models
        self.registry = registry
        self.runs = runs
        speaker = ChatSpeaker(opened, events, models: models, registry: registry)
    }

    /// Whether an answer is in progress.
    public var isAnswering: Bool { state.withLock { !$0.open.isEmpty } }

    /// The chat targets: registered versions, then runs with an adapter, then base models.
    ///
    /// Blocks.
    public func choices() throws -> [ChatChoice] {
        var choices: [ChatChoice] = []
        for model in try registry.list() {
            for version in model.versions {
                let target = ChatTarget.version(name: model.name, number: version.number)
                if let resolved = try? registry.resolve(target) { choices.append(resolved.choice) }
            }
        }
        for run in try runs.list() where run.resultPath != nil {
            if let resolved = try? registry.resolve(.run(id: run.id)) {
                choices.append(resolved.choice)
            }
        }
        for model in try models.list() where model.isInstalled {
            choices.append(
                ChatChoice(target: .base(model: model.name), title: model.title, subtitle: "base")
            )
        }
        return choices
    }

    /// The initial chat target: the deployed version, else the default base model.
    ///
    /// Blocks.
    public func defaultChoice() throws -> ChatChoice {
        try WorkspaceError.translating {
            if let deployed = try registry.deployedChoice() { return deployed }
            let model = try models.default()
            return ChatChoice(
                target: .base(model: model.name),
                title: model.title,
                subtitle: "base"
            )
        }
    }

    /// Loads a target, reported by `chat` events, so that the first answer comes sooner.
    ///
    /// Does not block.
    public func prepare(_ target: ChatTarget) {
        do throws(PlatformError) {
            try queue.add { [speaker] in
                // The error was published, and is thrown again at the first answer.
                _ = try? speaker.load(target, precision: nil)
            }
        } catch {
            opened.report(WorkspaceError(error), doing: "Loading \(target.reference)")
        }
    }

    /// Loads a target.
    ///
    /// Blocks until it is loaded.
    ///
    /// - Throws: ``WorkspaceError`` if it cannot be loaded.
    public func prepareAndWait(_ target: ChatTarget) throws {
        let ended = Guarded<Result<Void, WorkspaceError>?>(nil)
        try queue.add { [speaker] in
            do {
                _ = try speaker.load(target, precision: nil)
                ended.withLock { $0 = .success(()) }
            } catch {
                ended.withLock { $0 = .failure(WorkspaceError(error)) }
            }
        }
        try ended.wait { $0 }.get()
    }

    /// Starts an answer, reported by `answerPiece` events and one `answerEnded`.
    ///
    /// Does not block.
    public func answer(
        _ prompt: Prompt,
        from target: ChatTarget,
        options: AnswerOptions = AnswerOptions()
    ) -> AnswerID {
        begin(prompt, target, options, onPiece: { _ in }, onEnd: { _ in })
    }

    /// Generates an answer.
    ///
    /// Blocks until it has ended; cancelling it is no error.
    public func answerAndWait(
        _ prompt: Prompt,
        from target: ChatTarget,
        options: AnswerOptions = AnswerOptions(),
        onPiece: @escaping @Sendable (AnswerPiece) -> Void = { _ in }
    ) throws -> AnswerOutcome {
        let ended = Guarded<AnswerOutcome?>(nil)
        _ = begin(prompt, target, options, onPiece: onPiece) { outcome in
            ended.withLock { $0 = outcome }
        }
        let outcome = ended.wait { $0 }
        if let failure = outcome.failure { throw failure }
        return outcome
    }

    /// Cancels an answer, within the time of one layer; its text so far is kept.
    ///
    /// Does not block.
    public func cancel(_ answer: AnswerID) {
        state.withLock { state in
            if state.open.contains(answer) { state.cancelled.insert(answer) }
        }
    }

    /// Cancels all answers of this process.
    ///
    /// Does not block.
    public func cancelAll() {
        state.withLock { $0.cancelled.formUnion($0.open) }
    }

    func close() {
        state.withLock { state in
            state.isClosed = true
            state.cancelled.formUnion(state.open)
        }
        queue.close()
    }

    private func begin(
        _ prompt: Prompt,
        _ target: ChatTarget,
        _ options: AnswerOptions,
        onPiece: @escaping @Sendable (AnswerPiece) -> Void,
        onEnd: @escaping @Sendable (AnswerOutcome) -> Void
    ) -> AnswerID {
        let answer = state.withLock { state in
            state.nextAnswer += 1
            let answer = AnswerID(state.nextAnswer)
            state.open.insert(answer)
            return answer
        }
        do throws(PlatformError) {
            try queue.add { [self] in
                end(give(answer, prompt, target, options, onPiece), onEnd)
            }
        } catch {
            let failure = WorkspaceError(error)
            end(AnswerOutcome(answer: answer, text: "", reason: .failed, failure: failure), onEnd)
        }
        return answer
    }

    private func end(_ outcome: AnswerOutcome, _ onEnd: (AnswerOutcome) -> Void) {
        state.withLock { state in
            state.open.remove(outcome.answer)
            state.cancelled.remove(outcome.answer)
        }
        onEnd(outcome)
        events.publish(.answerEnded(outcome))
    }

    private func give(
        _ answer: AnswerID,
        _ prompt: Prompt,
        _ target: ChatTarget,
        _ options: AnswerOptions,
        _ onPiece: (AnswerPiece) -> Void
    ) -> AnswerOutcome {
        let isCancelled = { [state] in state.withLock { $0.cancelled.contains(answer) } }
        if isCancelled() { return AnswerOutcome(answer: answer, text: "", reason: .cancelled) }
        do {
            let generator = try speaker.load(target, precision: options.precision.precision)
            var count = 0
            let generation = try generator.generate(
                prompt: speaker.tokens(of: prompt),
                configuration: options.configuration,
                isCancelled: isCancelled
            ) { token in
                count += 1
                guard !token.text.isEmpty else { return }
                let piece = AnswerPiece(
                    answer: answer,
                    text: token.text,
                    tokenCount: count,
                    tokensPerSecond: token.tokensPerSecond ?? 0
                )
                onPiece(piece)
                events.publish(.answerPiece(piece))
            }
            return AnswerOutcome(answer: answer, generation)
        } catch {
            let failure = WorkspaceError(error)
            guard failure.code != .cancelled else {
                return AnswerOutcome(answer: answer, text: "", reason: .cancelled)
            }
            return AnswerOutcome(answer: answer, text: "", reason: .failed, failure: failure)
        }
    }
}

extension AnswerOutcome {
    fileprivate init(answer: AnswerID, _ generation: Generation) {
        let reason: Reason =
            switch generation.finishReason {
            case .stop: .stop
            case .length: .length
            case .cancelled: .cancelled
            }
        self.init(
            answer: answer,
            text: generation.text,
            ids: generation.ids,
            reason: reason,
            promptTokens: generation.promptTokens,
            tokensPerSecond: generation.tokensPerSecond ?? 0
        )
    }
}
