/// What `map`, `select` and their like give: items that can be gone through once.
///
/// In Jinja it is always true, has no length and no places; a template that overlooks this
/// prints what it prints, and models were trained on that.
final class TemplateGenerator {
    private var items: ArraySlice<TemplateValue>
    let depth: Int

    init(_ items: [TemplateValue]) {
        self.items = items[...]
        self.depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
    }

    /// All items that are left, which then are gone.
    func takeAll() -> [TemplateValue] {
        defer { items = [] }
        return Array(items)
    }

    /// The next item.
    func takeFirst() -> TemplateValue? { items.popFirst() }
}
