import Registry
import TerminalUI
import Workspace

/// The areas of the Registry pane.
struct RegistryLayout {
    static let modelPrefix = "model:"
    static let versionPrefix = "version:"
    static let changePrefix = "change:"
    static let boardPrefix = "board:"
    static let differencePrefix = "difference:"

    /// The registered models.
    let models: Rect
    /// The selected model's versions, or what covers them.
    let versions: Rect
    /// The selected version's facts; empty if there is no room.
    let detail: Rect

    init(_ state: RegistryState, _ context: Context) {
        let frame = context.frame
        let body = frame.body
        let count = context.library.registered?.count ?? 0
        let area: Rect
        if frame.isWide {
            let columns = body.columns([.fixed(min(40, max(30, body.width / 4))), .ratio(1)])
            models = columns[0]
            area = columns[1]
        } else {
            let rows = body.rows([.fixed(min(count + 3, max(4, body.height / 3))), .ratio(1)])
            models = rows[0]
            area = rows[1]
        }
        let hasDetail = area.height >= 12 && state.cover == nil
        let gate = state.deployment(in: context.library)?.gate
        let demands = gate.map { $0.conditions.count + ($0.approval == nil ? 0 : 1) } ?? 0
        let detailHeight = 7 + min(4, demands)
        let parts = area.rows(
            [.ratio(1), .fixed(hasDetail ? detailHeight : 0)],
            sharingBorders: hasDetail
        )
        versions = hasDetail ? parts[0] : area
        detail = hasDetail ? parts[1] : Rect(x: area.x, y: area.maxY, width: 0, height: 0)
    }

    /// Models that fit under the heading.
    var visibleModels: Int { max(1, models.insideBorder.height - 1) }

    /// Versions that fit under the heading.
    var visibleVersions: Int { max(1, versions.insideBorder.height - 1) }
}
