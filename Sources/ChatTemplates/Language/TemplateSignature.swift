/// The parameters of a method, filter, test or function.
///
/// Every call is checked against it first, so that no argument is ignored: unknown ones are refused
/// by name.
struct TemplateSignature: Sendable {
    private struct Parameter {
        let name: String
        let isRequired: Bool
        /// Whether callers cannot use its name, as for most of Python's string methods.
        let isPositional: Bool
    }

    private let parameters: [Parameter]
    /// Whether any number of further values is allowed.
    private let takesMoreValues: Bool
    /// Whether any other names are allowed.
    private let takesMoreNames: Bool
    /// A name that is not allowed, since it is that of the filtered value.
    private var takenName: String?

    /// Parses a signature such as `width fillchar? /`, in Python's notation except for values.
    ///
    /// A name with `?` is optional, names before `/` are positional only, `*` and `**` allow any
    /// others, except a name with `!`.
    init(_ text: String) {
        var parameters: [Parameter] = []
        var (takesMoreValues, takesMoreNames) = (false, false)
        for word in text.split(separator: " ") {
            switch word {
            case "/":
                parameters = parameters.map {
                    Parameter(name: $0.name, isRequired: $0.isRequired, isPositional: true)
                }
            case "*": takesMoreValues = true
            case "**": takesMoreNames = true
            case _ where word.hasPrefix("!"): takenName = String(word.dropFirst())
            default:
                let isOptional = word.hasSuffix("?")
                parameters.append(
                    Parameter(
                        name: String(isOptional ? word.dropLast() : word),
                        isRequired: !isOptional,
                        isPositional: false
                    )
                )
            }
        }
        self.parameters = parameters
        self.takesMoreValues = takesMoreValues
        self.takesMoreNames = takesMoreNames
    }

    /// The fault of the arguments; nil if there is none.
    func objection(_ arguments: TemplateInterpreter.Arguments) -> String? {
        let count = arguments.positional.count
        if count > parameters.count, !takesMoreValues {
            return parameters.isEmpty
                ? "takes no arguments" : "takes at most \(parameters.count) arguments, not \(count)"
        }
        var given: Set<String> = []
        for (name, _) in arguments.named {
            guard name != takenName else { return "has its \"\(name)\" already" }
            guard given.insert(name).inserted else { return "is given \"\(name)\" twice" }
            guard let place = parameters.firstIndex(where: { $0.name == name }) else {
                if takesMoreNames { continue }
                return "has no argument \"\(name)\""
            }
            guard !parameters[place].isPositional else {
                return "takes \"\(name)\" by its place, not by name"
            }
            guard place >= count else { return "is given \"\(name)\" twice" }
        }
        let missing = parameters.dropFirst(count).first {
            $0.isRequired && !given.contains($0.name)
        }
        return missing.map { "needs the argument \"\($0.name)\"" }
    }
}

extension TemplateInterpreter {
    /// Refuses arguments that a signature does not allow.
    func check(
        _ arguments: Arguments,
        _ signature: TemplateSignature?,
        of name: String
    ) throws(TemplateError) {
        guard let objection = signature?.objection(arguments) else { return }
        throw failure("\"\(name)\" \(objection)")
    }

    /// An integer argument at an index or with a name, where true is 1; nil if it is omitted.
    ///
    /// - Parameter isNoneDefault: Whether `none` counts as omitted.
    func integerArgument(
        _ arguments: Arguments,
        _ index: Int,
        _ name: String,
        of function: String,
        isNoneDefault: Bool = false
    ) throws(TemplateError) -> Int? {
        guard let value = arguments.value(index, name) else { return nil }
        if isNoneDefault, case .none = value { return nil }
        guard let integer = value.integer else {
            throw failure("\"\(name)\" of \"\(function)\" is \(value.typeName), not an integer")
        }
        return integer
    }
}

// MARK: - Tables

extension TemplateSignature {
    private static func table(_ texts: [String: String]) -> [String: TemplateSignature] {
        texts.mapValues { TemplateSignature($0) }
    }

    static let ofText = table([
        "capitalize": "", "casefold": "", "center": "width fillchar? /",
        "count": "sub start? end? /", "endswith": "suffix start? end? /",
        "find": "sub start? end? /", "format": "* **", "index": "sub start? end? /",
        "isalnum": "", "isalpha": "", "isascii": "", "isdecimal": "", "isdigit": "",
        "islower": "", "isnumeric": "", "isspace": "", "isupper": "", "join": "iterable /",
        "ljust": "width fillchar? /", "lower": "", "lstrip": "chars? /", "partition": "sep /",
        "removeprefix": "prefix /", "removesuffix": "suffix /", "replace": "old new count? /",
        "rfind": "sub start? end? /", "rindex": "sub start? end? /",
        "rjust": "width fillchar? /", "rpartition": "sep /", "rsplit": "sep? maxsplit?",
        "rstrip": "chars? /", "split": "sep? maxsplit?", "splitlines": "keepends?",
        "startswith": "prefix start? end? /", "strip": "chars? /", "swapcase": "", "title": "",
        "upper": "", "zfill": "width /",
    ])

    static let ofList = table(["copy": "", "count": "value /", "index": "value start? stop? /"])

    static let ofMapping = table([
        "copy": "", "get": "key default? /", "items": "", "keys": "", "values": "",
    ])

    static let ofLoop = table(["changed": "*", "cycle": "value *"])

    static let ofFunctions = table([
        "dict": "mapping? / **", "namespace": "mapping? / **", "raise_exception": "message",
        "range": "start stop? step? /", "strftime_now": "format",
    ])

    static let ofFilters = table([
        "abs": "", "attr": "name", "batch": "linecount fill_with?", "capitalize": "",
        "center": "width?", "count": "", "d": "default_value? boolean?",
        "default": "default_value? boolean?", "dictsort": "case_sensitive? by? reverse?",
        "e": "", "escape": "", "first": "", "float": "default?", "forceescape": "",
        "format": "* ** !value", "groupby": "attribute default? case_sensitive?",
        "indent": "width? first? blank?", "int": "default? base?", "items": "",
        "join": "d? attribute?", "last": "", "length": "", "list": "", "lower": "",
        "map": "* ** !value", "max": "case_sensitive? attribute?",
        "min": "case_sensitive? attribute?",
        "reject": "* ** !value", "rejectattr": "* ** !value", "replace": "old new count?",
        "reverse": "",
        "round": "precision? method?", "safe": "", "select": "* ** !value",
        "selectattr": "* ** !value",
        "slice": "slices fill_with?", "sort": "reverse? case_sensitive? attribute?",
        "string": "", "sum": "attribute? start?", "title": "",
        "tojson": "ensure_ascii? indent? separators? sort_keys?", "trim": "chars?",
        "truncate": "length? killwords? end? leeway?", "unique": "case_sensitive? attribute?",
        "upper": "", "wordcount": "",
    ])

    static let ofTests = table([
        "boolean": "", "callable": "", "defined": "", "divisibleby": "num", "eq": "other /",
        "equalto": "other /", "even": "", "false": "", "filter": "", "float": "", "ge": "other /",
        "greaterthan": "other /", "gt": "other /", "in": "seq", "integer": "", "iterable": "",
        "le": "other /", "lessthan": "other /", "lower": "", "lt": "other /", "mapping": "",
        "ne": "other /", "none": "", "number": "", "odd": "", "sameas": "other", "sequence": "",
        "string": "", "test": "", "true": "", "undefined": "", "upper": "",
    ])
}
