/// The panes, numbered from 1 in this order.
package enum Pane: Int, CaseIterable, Sendable {
    case data = 1
    case run
    case compare
    case registry
    case chat
    case flows

    /// Its name in the top bar.
    package var title: String {
        switch self {
        case .data: "Data"
        case .run: "Run"
        case .compare: "Compare"
        case .registry: "Registry"
        case .chat: "Chat"
        case .flows: "Flows"
        }
    }

    /// The type of its state.
    package var content: any PaneState.Type {
        switch self {
        case .data: DataState.self
        case .run: RunState.self
        case .compare: CompareState.self
        case .registry: RegistryState.self
        case .chat: ChatPaneState.self
        case .flows: FlowsState.self
        }
    }

    /// The pane `places` further, wrapping around.
    package func moved(by places: Int) -> Pane {
        let all = Pane.allCases
        let index = (rawValue - 1 + places % all.count + all.count) % all.count
        return all[index]
    }
}
