import TerminalUI

/// The palette that ctrl+p shows: all bindings by their titles.
enum Palette {
    static func menu(_ state: AppState) -> Menu {
        let items = state.keyTable.entries(in: state).map { entry in
            MenuItem(
                id: entry.id,
                title: entry.title,
                detail: entry.keys.first?.description ?? "",
                disabledReason: entry.disabledReason
            )
        }
        return Menu(title: "What would you like to do?", items: items)
    }
}
