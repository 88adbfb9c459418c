import TerminalUI
import Workspace

extension AppState {
    /// Who answers instead when base and adapter are swapped, or why nobody can.
    var otherSpeaker: Result<ChatChoice, NobodyElse> {
        guard let choice = chat.choice else {
            return .failure(.init("no model is available yet"))
        }
        if !choice.target.isBase {
            if let base = base(of: choice.target) { return .success(base) }
            return .failure(.init("the base of \(choice.title) is not installed"))
        }
        if let adapter = chat.adapter { return .success(adapter) }
        let adapters = (chat.choices ?? []).filter { !$0.target.isBase }
        let fitting = adapters.first { base(of: $0.target)?.target == choice.target }
        return fitting.map { .success($0) }
            ?? .failure(.init("no adapter is trained on \(choice.title) yet"))
    }

    /// The base that an adapter was trained on, among those one can talk to.
    private func base(of target: ChatTarget) -> ChatChoice? {
        let bases = (chat.choices ?? []).filter(\.target.isBase)
        guard let name = baseName(of: target) else { return bases.count == 1 ? bases[0] : nil }
        return bases.first { $0.target == .base(model: name) || $0.title == name }
            ?? (bases.count == 1 ? bases[0] : nil)
    }

    private func baseName(of target: ChatTarget) -> String? {
        func version(
            of name: String,
            _ find: (RegisteredModelSummary) -> RegisteredModelSummary.Version?
        ) -> String? {
            registry.models?.first { $0.name == name }.flatMap(find)?.baseModel
        }
        switch target {
        case .base(let model), .adapter(_, let model): return model
        case .run(let id): return run.runs?.first { $0.id == id }?.model
        case .version(let name, let number):
            return version(of: name) { $0.versions.first { $0.number == number } }
        case .alias(let name, let alias):
            return version(of: name) { $0.versions.first { $0.aliases.contains(alias) } }
        case .stage(let name, let stage):
            return version(of: name) { $0.versions.first { $0.stage == stage } }
        }
    }

    /// The list of all that one can talk to.
    var speakerPrompt: ChoicePrompt {
        let items = (chat.choices ?? []).map { choice in
            let item = MenuItem(
                id: choice.target.reference,
                title: choice.title,
                detail: choice.subtitle
            )
            return (item: item, action: Action.chat(.take(choice)))
        }
        return ChoicePrompt(
            "Chat with which model?",
            items: items,
            selected: chat.choice?.target.reference
        )
    }
}

/// Why there is nobody to swap with.
struct NobodyElse: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension ChatTarget {
    /// Whether it is a base model alone.
    var isBase: Bool {
        if case .base = self { true } else { false }
    }
}
