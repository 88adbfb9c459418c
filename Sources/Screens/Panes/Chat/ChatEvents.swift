import TerminalUI
package import Workspace

extension ChatPane {
    package static func observe(
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> [Effect] {
        switch event {
        case .chat(let loading): return loaded(loading, in: &state)
        case .answerPiece(let piece):
            guard isOurs(piece.answer, event, in: &state) else { return [] }
            state.chat.conversation.updateLast { reply in
                reply.text += piece.text
                reply.tokenCount = piece.tokenCount
                reply.tokensPerSecond = piece.tokensPerSecond
                reply.phase = .streaming
            }
            return []
        case .answerEnded(let outcome):
            guard isOurs(outcome.answer, event, in: &state) else { return [] }
            return ended(outcome, in: &state)
        case .registryChanged, .modelsChanged, .runEnded, .everythingChanged:
            // Whoever has not looked yet reads it all when they do.
            let isRead = state.chat.choices != nil || state.chat.problem != nil
            return isRead ? state.refreshSpeakers() : []
        default: return []
        }
    }

    /// Whether an event is of the answer under way; kept where that is not known yet.
    private static func isOurs(
        _ answer: AnswerID,
        _ event: WorkspaceEvent,
        in state: inout AppState
    ) -> Bool {
        guard let answering = state.chat.answering else { return false }
        if answering.id == nil { state.chat.answering?.early.append(event) }
        return answering.id == answer
    }

    private static func loaded(_ loading: ChatState, in state: inout AppState) -> [Effect] {
        guard loading.choice.target == state.chat.choice?.target else { return [] }
        state.chat.loading = loading
        // What an alias stands for is known once it is loaded.
        guard loading.phase != .failed else { return [] }
        state.chat.choice = loading.choice
        if state.chat.isAnswering, state.chat.conversation.last?.phase == .waiting {
            state.chat.conversation.updateLast { reply in
                if reply.choice.target == loading.choice.target { reply.choice = loading.choice }
            }
        }
        return []
    }

    private static func ended(_ outcome: AnswerOutcome, in state: inout AppState) -> [Effect] {
        state.chat.answering = nil
        state.chat.conversation.updateLast { reply in
            if outcome.reason == .failed {
                reply.phase = .failed(
                    outcome.failure ?? WorkspaceError(.failed, "The answer failed.")
                )
                return
            }
            reply.text = outcome.text
            reply.tokenCount = outcome.ids.isEmpty ? reply.tokenCount : outcome.ids.count
            reply.tokensPerSecond = outcome.tokensPerSecond
            reply.phase = .ended(outcome.reason)
        }
        guard let reply = state.chat.conversation.last else { return [] }
        if case .failed(let error) = reply.phase {
            state.tell(error)
        } else {
            // Its figures stand below it, so the footer need not repeat them.
            state.log.append(
                .init(
                    date: state.now,
                    level: .information,
                    text: "\(reply.choice.title): \(ConversationText.figures(of: reply))",
                    command: "workbench chat \(reply.choice.target.arguments)"
                )
            )
        }
        // Who was chosen while it answered is loaded now.
        let next = state.chat.choice?.target
        return next == reply.choice.target ? [] : next.map { [.chat(.prepare($0))] } ?? []
    }
}
