import Presentation
import Runs
import TerminalUI
import Workspace

extension ChatPaneState {
    package mutating func reduce(_ action: ChatAction, _ context: Context) -> [Effect] {
        switch action {
        case .chat(let target):
            let known = context.library.targets?.first { $0.target == target }
            let choice = known ?? ChatChoice(target: target, title: target.label, subtitle: "")
            isTyping = true
            return [.send(.screen(.show(.chat)))] + take(choice, context)
        case .choose: return [.ask(.choice(targetPrompt(context.library))), .refresh(.targets)]
        case .take(let choice): return take(choice, context)
        case .swap:
            switch otherTarget(context.library) {
            case .success(let other): return take(other, context)
            case .failure(let none):
                return [.report(Notice(.warning, "No model to switch to: \(none.reason)."))]
            }
        case .send: return sendDraft()
        case .retry: return ask()
        case .began(let id): return began(id, context)
        case .stop: return stopAnswer()
        case .restart:
            conversation = Conversation()
            scroll = ScrollTextState(followsEnd: true)
            return [.report(Notice(.information, "A new conversation."))]
        case .type: isTyping = true
        case .breakLine: draft.insert("\n")
        case .openOptions: form = ChatOptions.form(options, instructions)
        case .useOptions: return useOptions()
        case .copyAnswer: return conversation.lastText.map { .copy($0, what: "the answer") } ?? []
        }
        return []
    }

    package mutating func libraryChanged(
        _ lists: Set<Library.List>,
        _ context: Context
    ) -> [Effect] {
        guard lists.contains(.targets) else { return [] }
        if let problem = context.library.problems[.targets] {
            return choice == nil ? [] : [.report(problem)]
        }
        guard let targets = context.library.targets, let standard = context.library.standardTarget
        else { return [] }
        return renewedPrompt(context) + take(targets, standard: standard, context)
    }

    /// The open list of targets with the new ones.
    private func renewedPrompt(_ context: Context) -> [Effect] {
        var renewed = targetPrompt(context.library)
        guard case .choice(let prompt) = context.overlay, prompt.title == renewed.title else {
            return []
        }
        renewed.state = prompt.state
        return [.ask(.choice(renewed))]
    }

    private mutating func take(
        _ targets: [ChatChoice],
        standard: ChatChoice,
        _ context: Context
    ) -> [Effect] {
        guard let choice else {
            self.choice = standard
            return prepare(context)
        }
        if !isChosen, choice != standard {
            self.choice = standard
            let isNoticed = context.pane == .chat && !conversation.isEmpty
            let words = "\(standard.title) answers from now on: it is deployed."
            return (isNoticed ? [.report(Notice(.information, words))] : []) + prepare(context)
        }
        if let known = targets.first(where: { $0.target == choice.target }) { self.choice = known }
        return []
    }

    private mutating func take(_ choice: ChatChoice, _ context: Context) -> [Effect] {
        isChosen = true
        if choice.target.isBase, let left = self.choice, !left.target.isBase { adapter = left }
        self.choice = choice
        loading = nil
        let hint = conversation.isEmpty ? nil : "ctrl+r asks it the last question."
        let notice = Notice(.information, "\(choice.title) answers from now on.", hint: hint)
        let command = CommandText.chat(choice.target)
        return [.report(notice, command: command)] + prepare(context)
    }

    /// Loads the target that answers next, so that the first answer comes sooner.
    private func prepare(_ context: Context) -> [Effect] {
        guard context.isOpen, !isAnswering, let choice else { return [] }
        return [ChatWork.prepare(choice.target)]
    }

    private mutating func sendDraft() -> [Effect] {
        let text = draft.text
        guard !text.allSatisfy(\.isWhitespace), choice != nil, !isAnswering else { return [] }
        draft = TextFieldState()
        conversation.exchanges.append(.init(question: text))
        return ask()
    }

    /// Requests another answer to the last question.
    private mutating func ask() -> [Effect] {
        guard !isAnswering, let choice, let exchange = conversation.exchanges.indices.last else {
            return []
        }
        var options = options
        // The same seed would give the same answer again.
        if options.temperature > 0 {
            let asked = conversation.exchanges[exchange].answers.count { answer in
                answer.choice.target == choice.target && !answer.text.isEmpty
            }
            options.seed &+= UInt64(asked)
        }
        let prompt = conversation.prompt(instructions: instructions)
        conversation.exchanges[exchange].answers.append(.init(choice: choice, seed: options.seed))
        answering = Answering()
        scroll = ScrollTextState(followsEnd: true)
        return [ChatWork.answer(prompt, from: choice.target, options)]
    }

    private mutating func began(_ id: AnswerID, _ context: Context) -> [Effect] {
        guard let answering, answering.id == nil else { return [] }
        self.answering?.id = id
        self.answering?.early = []
        var effects = answering.isStopping ? [ChatWork.cancel(id)] : []
        for event in answering.early { effects += observe(event, context) }
        return effects
    }

    /// Stops the answer under way, once.
    mutating func stopAnswer() -> [Effect] {
        guard let answering, !answering.isStopping else { return [] }
        self.answering?.isStopping = true
        return answering.id.map { [ChatWork.cancel($0)] } ?? []
    }

    private mutating func useOptions() -> [Effect] {
        guard let form else { return [] }
        guard form.isValid else {
            if let wrong = form.firstProblem { self.form?.focus(wrong.id) }
            let words = "An answer is not valid; see the line below the form."
            return [.report(Notice(.warning, words))]
        }
        options = ChatOptions.options(from: form, base: options)
        instructions = form.value("instructions")
        self.form = nil
        let words = "The next answer is sampled with \(ChatOptions.summary(options))."
        return [.report(Notice(.information, words))]
    }
}

extension ChatTarget {
    /// Its name until the workspace has looked it up.
    var label: String {
        if case .version(let name, let number) = self { "\(name) v\(number)" } else { reference }
    }
}
