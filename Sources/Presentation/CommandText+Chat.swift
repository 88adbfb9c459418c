package import Workspace

extension CommandText {
    /// The command that chats with a target.
    package static func chat(_ target: ChatTarget) -> String {
        switch target {
        case .run(let id): "workbench chat --adapter \(quoted(id))"
        case .adapter(let folder, let model):
            "workbench chat --model \(quoted(model)) --adapter \(quoted(folder))"
        case .base, .version, .alias, .stage, .latest:
            "workbench chat --model \(quoted(target.reference))"
        }
    }
}
