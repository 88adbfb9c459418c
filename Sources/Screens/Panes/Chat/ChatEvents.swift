import Platform
import Presentation
import TerminalUI
package import Workspace

extension ChatPaneState {
    package mutating func observe(_ event: WorkspaceEvent, _ context: Context) -> [Effect] {
        switch event {
        case .chat(let loading):
            loaded(loading)
            return []
        case .answerPiece(let piece):
            guard isOurs(piece.answer, event) else { return [] }
            conversation.updateLast { reply in
                reply.text += piece.text
                reply.tokenCount = piece.tokenCount
                reply.tokensPerSecond = piece.tokensPerSecond
                reply.phase = .streaming
            }
            return []
        case .answerEnded(let outcome):
            guard isOurs(outcome.answer, event) else { return [] }
            return ended(outcome)
        default: return []
        }
    }

    /// Whether an event is of the answer under way; keeps the event while that is not known.
    private mutating func isOurs(_ answer: AnswerID, _ event: WorkspaceEvent) -> Bool {
        guard let answering else { return false }
        if answering.id == nil { self.answering?.early.append(event) }
        return answering.id == answer
    }

    private mutating func loaded(_ loading: ChatState) {
        guard loading.choice.target == choice?.target else { return }
        self.loading = loading
        // The version of an alias is known once the target is loaded.
        guard loading.phase != .failed else { return }
        choice = loading.choice
        if isAnswering, conversation.last?.phase == .waiting {
            conversation.updateLast { reply in
                if reply.choice.target == loading.choice.target { reply.choice = loading.choice }
            }
        }
    }

    private mutating func ended(_ outcome: AnswerOutcome) -> [Effect] {
        answering = nil
        conversation.updateLast { reply in
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
        guard let reply = conversation.last else { return [] }
        let report: Effect
        if case .failed(let error) = reply.phase {
            report = .report(error)
        } else {
            // Its figures are shown below the answer, so only the log repeats them.
            report = .record(
                "\(reply.choice.title): \(ConversationText.figures(of: reply))",
                command: CommandText.chat(reply.choice.target)
            )
        }
        // A target chosen during the answer is loaded now.
        guard let next = choice?.target, next != reply.choice.target else { return [report] }
        return [report, ChatWork.prepare(next)]
    }
}
