import Presentation
import TerminalUI
import Workspace

extension AppState {
    mutating func reduce(_ action: ChatAction) -> [Effect] {
        switch action {
        case .listed(let choices, let standard): return listed(choices, standard: standard)
        case .listingFailed(let error):
            chat.problem = error
            if chat.choice != nil { tell(error) }
            return chat.listing.end() ? [.chat(.list)] : []
        case .talk(let target):
            let known = chat.choices?.first { $0.target == target }
            let choice = known ?? ChatChoice(target: target, title: target.words, subtitle: "")
            chat.isTyping = true
            return reduce(.show(.chat)) + take(choice)
        case .choose:
            overlay = .choice(speakerPrompt)
            return refreshSpeakers()
        case .take(let choice): return take(choice)
        case .swap: return swapSpeakers()
        case .send: return send()
        case .retry: return ask()
        case .began(let id): return began(id)
        case .stop: return stopAnswer()
        case .restart:
            chat.conversation = Conversation()
            chat.scroll = ScrollTextState(followsEnd: true)
            tell(Notice(.information, "A new conversation."))
        case .type: chat.isTyping = true
        case .breakLine: chat.draft.insert("\n")
        case .openOptions: chat.form = ChatOptions.form(chat.options, chat.instructions)
        case .useOptions: useOptions()
        case .copyAnswer:
            guard let text = chat.conversation.lastText else { return [] }
            tell(Notice(.success, "Copied the answer, \(Figures.bytes(Int64(text.utf8.count)))."))
            return [.terminal(.copy(text))]
        }
        return []
    }

    /// Reads whom one can talk to, now or after the reading under way.
    mutating func refreshSpeakers() -> [Effect] {
        guard isOpen, chat.listing.begin() else { return [] }
        return [.chat(.list)]
    }

    private mutating func listed(_ choices: [ChatChoice], standard: ChatChoice) -> [Effect] {
        chat.choices = choices
        chat.problem = nil
        var effects: [Effect] = chat.listing.end() ? [.chat(.list)] : []
        if case .choice(let prompt) = overlay, prompt.title == speakerPrompt.title {
            var renewed = speakerPrompt
            renewed.state = prompt.state
            overlay = .choice(renewed)
        }
        guard let choice = chat.choice else {
            chat.choice = standard
            return effects + prepare()
        }
        if !chat.isChosen, choice != standard {
            chat.choice = standard
            if pane == .chat, !chat.conversation.isEmpty {
                tell(Notice(.information, "\(standard.title) answers from now on: it is deployed."))
            }
            effects += prepare()
        } else if let known = choices.first(where: { $0.target == choice.target }) {
            chat.choice = known
        }
        return effects
    }

    private mutating func take(_ choice: ChatChoice) -> [Effect] {
        chat.isChosen = true
        if choice.target.isBase, let left = chat.choice, !left.target.isBase { chat.adapter = left }
        chat.choice = choice
        chat.loading = nil
        let hint = chat.conversation.isEmpty ? nil : "ctrl+r asks it the last question."
        tell(
            Notice(.information, "\(choice.title) answers from now on.", hint: hint),
            command: "workbench chat \(choice.target.arguments)"
        )
        return prepare()
    }

    private mutating func swapSpeakers() -> [Effect] {
        switch otherSpeaker {
        case .success(let other): return take(other)
        case .failure(let nobody):
            tell(Notice(.warning, "No model to switch to: \(nobody.reason)."))
            return []
        }
    }

    /// Has who answers next loaded, so that the first answer comes sooner.
    private func prepare() -> [Effect] {
        guard isOpen, !chat.isAnswering, let choice = chat.choice else { return [] }
        return [.chat(.prepare(choice.target))]
    }

    private mutating func send() -> [Effect] {
        let text = chat.draft.text
        guard !text.allSatisfy(\.isWhitespace), chat.choice != nil, !chat.isAnswering else {
            return []
        }
        chat.draft = TextFieldState()
        chat.conversation.exchanges.append(.init(question: text))
        return ask()
    }

    /// Has the last question answered by who answers now, beside the answers that are there.
    private mutating func ask() -> [Effect] {
        guard !chat.isAnswering, let choice = chat.choice,
            let exchange = chat.conversation.exchanges.indices.last
        else { return [] }
        var options = chat.options
        // The same seed would draw the same answer again.
        if options.temperature > 0 {
            let asked = chat.conversation.exchanges[exchange].answers.count { answer in
                answer.choice.target == choice.target && !answer.text.isEmpty
            }
            options.seed &+= UInt64(asked)
        }
        let prompt = chat.conversation.prompt(instructions: chat.instructions)
        chat.conversation.exchanges[exchange].answers.append(
            .init(choice: choice, seed: options.seed)
        )
        chat.answering = Answering()
        chat.scroll = ScrollTextState(followsEnd: true)
        return [.chat(.answer(prompt, from: choice.target, options: options))]
    }

    private mutating func began(_ id: AnswerID) -> [Effect] {
        guard let answering = chat.answering, answering.id == nil else { return [] }
        chat.answering?.id = id
        chat.answering?.early = []
        var effects: [Effect] = answering.isStopping ? [.chat(.cancel(id))] : []
        for event in answering.early { effects += ChatPane.observe(event, in: &self) }
        return effects
    }

    /// Stops the answer under way; asked twice, it is stopped once.
    mutating func stopAnswer() -> [Effect] {
        guard let answering = chat.answering, !answering.isStopping else { return [] }
        chat.answering?.isStopping = true
        return answering.id.map { [.chat(.cancel($0))] } ?? []
    }

    private mutating func useOptions() {
        guard let form = chat.form else { return }
        guard form.isValid else {
            if let wrong = form.firstProblem { chat.form?.focus(wrong.id) }
            tell(Notice(.warning, "An answer is not valid; see the line below the form."))
            return
        }
        chat.options = ChatOptions.options(from: form, base: chat.options)
        chat.instructions = form.value("instructions")
        chat.form = nil
        tell(
            Notice(
                .information,
                "The next answer is sampled with \(ChatOptions.words(chat.options))."
            )
        )
    }
}

extension ChatTarget {
    /// What it is called until the workspace has looked it up.
    var words: String {
        if case .version(let name, let number) = self { "\(name) v\(number)" } else { reference }
    }

    /// The flags that name it to `workbench chat`.
    var arguments: String {
        switch self {
        case .run(let id): "--adapter \(CommandText.quoted(id))"
        case .adapter(let folder, let model):
            "--model \(CommandText.quoted(model)) --adapter \(CommandText.quoted(folder))"
        case .base, .version, .alias, .stage: "--model \(CommandText.quoted(reference))"
        }
    }
}
