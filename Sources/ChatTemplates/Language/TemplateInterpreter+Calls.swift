import Glibc
import Platform

extension TemplateInterpreter {
    /// Calls the callee of an expression: a method of a value, or a macro or function.
    func evaluateCall(
        _ callee: TemplateExpression,
        _ arguments: TemplateExpression.Arguments,
        line callLine: Int
    ) throws(TemplateError) -> TemplateValue {
        if case .attribute(let operand, let name) = callee.kind {
            let value = try evaluate(operand)
            let arguments = try evaluate(arguments)
            line = callLine
            if let result = try callMethod(name, of: value, arguments) { return result }
            let member = try attribute(name, of: value)
            return try call(member, named: name, of: value, arguments)
        }
        let value = try evaluate(callee)
        let arguments = try evaluate(arguments)
        line = callLine
        return try call(value, named: nil, of: nil, arguments)
    }

    private func call(
        _ callee: TemplateValue,
        named name: String?,
        of owner: TemplateValue?,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        switch callee {
        case .macro(let macro): return .text(try call(macro, arguments, caller: nil))
        case .function(let function): return try call(function, arguments)
        case .loop(let loop):
            guard let items = arguments.positional.first else {
                throw failure("a loop is called with the items to iterate")
            }
            return .text(try repeated(loop, over: items))
        case .method(let method):
            guard let result = try callMethod(method.name, of: method.owner, arguments) else {
                throw failure("the method \"\(method.name)\" is not supported")
            }
            return result
        case .undefined(let description):
            if let name, let owner { throw failure("\(owner.typeName) has no method \"\(name)\"") }
            throw failure("\"\(description)\" is undefined and cannot be called")
        default:
            throw failure("\(callee.typeName) cannot be called")
        }
    }

    /// The output of a macro.
    func call(
        _ macro: TemplateMacro,
        _ arguments: Arguments,
        caller: TemplateMacro?
    ) throws(TemplateError) -> TemplateText {
        let definition = macro.definition
        let count = definition.parameters.count
        guard arguments.positional.count <= count || definition.takesMoreValues else {
            throw failure(
                "the macro \"\(definition.name)\" takes \(count) values, "
                    + "not \(arguments.positional.count)"
            )
        }
        var given = Set(definition.parameters.prefix(arguments.positional.count).map(\.name))
        for (name, _) in arguments.named where !given.insert(name).inserted {
            throw failure("the macro \"\(definition.name)\" is given \"\(name)\" twice")
        }
        let moreNames = arguments.named.filter { name, _ in
            !definition.parameters.contains { $0.name == name }
        }
        if let (name, _) = moreNames.first, !definition.takesMoreNames {
            throw failure("the macro \"\(definition.name)\" has no parameter \"\(name)\"")
        }
        return try scoped(in: macro.scope) { () throws(TemplateError) in
            if let caller { scope.values["caller"] = .macro(caller) }
            if definition.takesMoreValues {
                let more = Array(arguments.positional.dropFirst(count))
                scope.values["varargs"] = try makeList(more, isTuple: true)
            }
            if definition.takesMoreNames {
                scope.values["kwargs"] = try makeMapping(
                    moreNames.map { (.text(TemplateText($0.name)), $0.value) }
                )
            }
            for (index, (name, standard)) in definition.parameters.enumerated() {
                if let value = arguments.value(index, name) {
                    scope.values[name] = value
                } else if let standard {
                    scope.values[name] = try evaluate(standard)
                } else {
                    scope.values[name] = .undefined(name)
                }
            }
            return try capture { () throws(TemplateError) in
                try nested { () throws(TemplateError) in _ = try execute(definition.body) }
            }
        }
    }

    private func call(
        _ function: TemplateFunction,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let name = function.rawValue
        try check(arguments, TemplateSignature.ofFunctions[name], of: name)
        switch function {
        case .range: return try range(arguments)
        case .namespace:
            let namespace = makeNamespace()
            for (key, value) in try entries(arguments) { namespace.values[plain(key)] = value }
            return .namespace(namespace)
        case .dict: return try makeMapping(entries(arguments))
        case .raiseException:
            throw TemplateError(
                .refusal,
                "The chat template refuses these messages, line \(line): "
                    + plain(arguments.value(0, "message") ?? .none),
                hint: "Arrange the messages as the model's template asks."
            )
        case .strftimeNow:
            guard case .text(let format)? = arguments.value(0, "format") else {
                throw failure("strftime_now needs a format")
            }
            return .text(literal(formattedDate(format.bytes)))
        }
    }

    /// The entries that `dict` makes of a mapping or of pairs, and of names.
    private func entries(
        _ arguments: Arguments
    ) throws(TemplateError) -> [(key: TemplateValue, value: TemplateValue)] {
        var entries: [(key: TemplateValue, value: TemplateValue)] = []
        func set(_ key: TemplateValue, _ value: TemplateValue) throws(TemplateError) {
            if let place = try index(of: key, in: entries) {
                entries[place].value = value
            } else {
                entries.append((key, value))
            }
        }
        if case .mapping(let mapping)? = arguments.positional.first {
            entries = mapping.entries
        } else if let pairs = arguments.positional.first {
            if case .undefined(let name) = pairs { throw failure("\"\(name)\" is undefined") }
            for pair in try items(of: pairs) {
                let parts = try items(of: pair)
                guard parts.count == 2 else {
                    throw failure("a mapping is made of pairs, not of \(parts.count) values")
                }
                try set(parts[0], parts[1])
            }
        }
        for (name, value) in arguments.named { try set(.text(TemplateText(name)), value) }
        return entries
    }

    private func range(_ arguments: Arguments) throws(TemplateError) -> TemplateValue {
        var bounds: [Int] = []
        for value in arguments.positional {
            guard let bound = value.integer else {
                throw failure("\(value.typeName) cannot be the bound of a range")
            }
            bounds.append(bound)
        }
        guard (1...3).contains(bounds.count) else { throw failure("range takes 1 to 3 numbers") }
        let step = bounds.count == 3 ? bounds[2] : 1
        guard step != 0 else { throw failure("the step of a range is zero") }
        let (first, end) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
        let span =
            step > 0
            ? end.subtractingReportingOverflow(first)
            : first.subtractingReportingOverflow(end)
        guard !span.overflow else { throw excess("a range is too large") }
        guard span.partialValue > 0 else { return try makeList([]) }
        let stride = Int(clamping: step.magnitude)
        let count = (span.partialValue - 1) / stride + 1
        guard count <= Limit.rangeItems else {
            throw excess("a range has more than \(Limit.rangeItems) items")
        }
        return try makeList((0..<count).map { .integer(first + $0 * step) })
    }

    /// The clock's time in the local time zone, as `strftime` writes it.
    private func formattedDate(_ format: [UInt8]) -> [UInt8] {
        var seconds = time_t(clock())
        var date = tm()
        localtime_r(&seconds, &date)
        var buffer = [CChar](repeating: 0, count: 256 + 16 * min(format.count, 4096))
        let pattern = format.filter { $0 != 0 }.map { CChar(bitPattern: $0) } + [0]
        let count = strftime(&buffer, buffer.count, pattern, &date)
        return buffer[..<count].map { UInt8(bitPattern: $0) }
    }
}

extension TemplateValue {
    func isText(_ string: String) -> Bool {
        guard case .text(let text) = self else { return false }
        return text.bytes.elementsEqual(string.utf8)
    }
}
