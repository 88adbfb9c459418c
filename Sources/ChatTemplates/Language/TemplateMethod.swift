/// A method of a string, list or mapping that is named but not called.
///
/// Jinja looks up methods before keys: `parameter.items` is a method even if a mapping has a key of
/// that name, while `parameter['items']` is the key's value.
struct TemplateMethod {
    let name: String
    let owner: TemplateValue
}

extension TemplateValue {
    /// Whether values of this type have a method with that name, and whether it may be called:
    /// methods that change a value may not.
    func method(named name: String) -> (exists: Bool, isAllowed: Bool) {
        let (allowed, refused): (Set<String>, Set<String>) =
            switch self {
            case .text: (Self.textMethods, [])
            case .mapping: (Self.mappingMethods, Self.mappingChanges)
            case .list(let list) where list.view != nil: ([], [])
            case .list(let list) where list.isTuple: (Self.tupleMethods, [])
            case .list: (Self.listMethods, Self.listChanges)
            default: ([], [])
            }
        return (allowed.contains(name) || refused.contains(name), allowed.contains(name))
    }

    private static let tupleMethods: Set = ["count", "index"]

    private static let listMethods: Set = ["copy", "count", "index"]

    private static let listChanges: Set = [
        "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort",
    ]

    private static let mappingChanges: Set = ["clear", "pop", "popitem", "setdefault", "update"]

    private static let mappingMethods: Set = ["copy", "fromkeys", "get", "items", "keys", "values"]

    private static let textMethods: Set = [
        "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find",
        "format", "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit",
        "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
        "join", "ljust", "lower", "lstrip", "maketrans", "partition", "removeprefix",
        "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip",
        "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper",
        "zfill",
    ]
}
