import Runs
import TerminalUI
import Workspace

extension ChatPaneState {
    /// The target after a switch between adapter and base model, or why there is none.
    func otherTarget(_ library: Library) -> Result<ChatChoice, NoOtherTarget> {
        guard let choice else {
            return .failure(.init("no model is available yet"))
        }
        if !choice.target.isBase {
            if let base = base(of: choice.target, library) { return .success(base) }
            return .failure(.init("the base of \(choice.title) is not installed"))
        }
        if let adapter { return .success(adapter) }
        let adapters = (library.targets ?? []).filter { !$0.target.isBase }
        let fitting = adapters.first { base(of: $0.target, library)?.target == choice.target }
        return fitting.map { .success($0) }
            ?? .failure(.init("no adapter is trained on \(choice.title) yet"))
    }

    /// The base model of an adapter, among the targets.
    private func base(of target: ChatTarget, _ library: Library) -> ChatChoice? {
        let bases = (library.targets ?? []).filter(\.target.isBase)
        guard let name = library.baseName(of: target) else {
            return bases.count == 1 ? bases[0] : nil
        }
        return bases.first { $0.target == .base(model: name) || $0.title == name }
            ?? (bases.count == 1 ? bases[0] : nil)
    }

    /// The list of all targets.
    func targetPrompt(_ library: Library) -> ChoicePrompt {
        let items = (library.targets ?? []).map { choice in
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
            selected: choice?.target.reference
        )
    }
}

extension Library {
    /// The name of the base model of a target.
    fileprivate func baseName(of target: ChatTarget) -> String? {
        func version(
            of name: String,
            _ find: (RegisteredModelSummary) -> RegisteredModelSummary.Version?
        ) -> String? {
            registered?.first { $0.name == name }.flatMap(find)?.baseModel
        }
        switch target {
        case .base(let model), .adapter(_, let model): return model
        case .run(let id): return run(id)?.model
        case .version(let name, let number):
            return version(of: name) { $0.versions.first { $0.number == number } }
        case .alias(let name, let alias):
            return version(of: name) { $0.versions.first { $0.aliases.contains(alias) } }
        case .stage(let name, let stage):
            return version(of: name) { $0.versions.first { $0.stage == stage } }
        case .latest(let name): return version(of: name) { $0.versions.first }
        }
    }
}

/// Why there is nothing to switch to.
struct NoOtherTarget: Error {
    let reason: String

    init(_ reason: String) { self.reason = reason }
}

extension ChatTarget {
    /// Whether it is a base model without an adapter.
    var isBase: Bool {
        if case .base = self { true } else { false }
    }
}
