/// The result of `map`, `select` and similar filters: items that can be iterated once.
///
/// In Jinja it is always true and has no length or indices; models were trained on the output of
/// templates that overlook this.
final class TemplateGenerator {
    private var items: ArraySlice<TemplateValue>
    let depth: Int

    init(_ items: [TemplateValue]) {
        self.items = items[...]
        self.depth = 1 + (items.lazy.map(\.depth).max() ?? 0)
    }

    /// Removes and returns all remaining items.
    func takeAll() -> [TemplateValue] {
        defer { items = [] }
        return Array(items)
    }

    /// Removes and returns the next item.
    func takeFirst() -> TemplateValue? { items.popFirst() }
}
