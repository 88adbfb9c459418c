package import Workspace

/// The calls of the Chat pane.
package enum ChatWork {
    /// Loads a target, so that the first answer comes sooner.
    package static func prepare(_ target: ChatTarget) -> Effect {
        .work("prepare chat", target, lane: .immediate) { workspace in
            workspace.chat.prepare(target)
            return nil
        }
    }

    package static func answer(
        _ prompt: Prompt,
        from target: ChatTarget,
        _ options: AnswerOptions
    ) -> Effect {
        .work("answer", prompt, target, options, lane: .immediate) { workspace in
            .chat(.began(workspace.chat.answer(prompt, from: target, options: options)))
        }
    }

    package static func cancel(_ answer: AnswerID) -> Effect {
        .work("cancel answer", answer, lane: .immediate) { workspace in
            workspace.chat.cancel(answer)
            return nil
        }
    }
}
