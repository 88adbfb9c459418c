package import Workspace

/// Work of the Chat pane.
package enum ChatEffect: WorkspaceEffect {
    case list
    case prepare(ChatTarget)
    case answer(Prompt, from: ChatTarget, options: AnswerOptions)
    case cancel(AnswerID)

    package var lane: Lane {
        switch self {
        case .list: .store
        case .prepare, .answer, .cancel: .immediate
        }
    }

    package func perform(in workspace: Workspace) throws -> [Action] {
        let chat = workspace.chat
        switch self {
        case .list:
            let standard = try chat.defaultChoice()
            return [.chat(.listed(try chat.choices(), standard: standard))]
        case .prepare(let target): chat.prepare(target)
        case .answer(let prompt, let target, let options):
            return [.chat(.began(chat.answer(prompt, from: target, options: options)))]
        case .cancel(let answer): chat.cancel(answer)
        }
        return []
    }

    package func failure(_ error: WorkspaceError) -> [Action] {
        self == .list ? [.chat(.listingFailed(error))] : [.failed(error)]
    }
}
