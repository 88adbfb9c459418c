extension TemplateInterpreter {
    /// Arguments of a filter, test, method, function or macro.
    struct Arguments {
        var positional: [TemplateValue] = []
        var named: [(name: String, value: TemplateValue)] = []

        /// The argument at an index or with a name.
        func value(_ index: Int, _ name: String) -> TemplateValue? {
            if index < positional.count { return positional[index] }
            return named.first { $0.name == name }?.value
        }

        func droppingFirst() -> Arguments {
            Arguments(positional: Array(positional.dropFirst()), named: named)
        }
    }

    func evaluate(_ arguments: TemplateExpression.Arguments) throws(TemplateError) -> Arguments {
        var result = Arguments()
        for expression in arguments.positional {
            result.positional.append(try evaluate(expression))
        }
        for (name, expression) in arguments.named {
            result.named.append((name, try evaluate(expression)))
        }
        return result
    }

    func evaluate(_ expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
        try nested { () throws(TemplateError) in
            line = expression.line
            return try value(of: expression)
        }
    }

    private func value(of expression: TemplateExpression) throws(TemplateError) -> TemplateValue {
        switch expression.kind {
        case .none: return .none
        case .boolean(let value): return .boolean(value)
        case .integer(let value): return .integer(value)
        case .real(let value): return .real(value)
        case .text(let bytes): return .text(literal(bytes))
        case .name(let name):
            if let value = scope.value(of: name) { return value }
            // Defined in all of Jinja's templates, so it is not undefined here.
            guard !["self", "lipsum", "cycler", "joiner"].contains(name) else {
                throw failure("\"\(name)\" is not supported")
            }
            return .undefined(name)
        case .list(let elements): return try makeList(evaluate(elements))
        case .tuple(let elements): return try makeList(evaluate(elements), isTuple: true)
        case .mapping(let entries): return try evaluate(entries)
        case .attribute(let operand, let name):
            return try attribute(name, of: evaluate(operand))
        case .element(let operand, let index):
            return try element(evaluate(index), of: evaluate(operand))
        case .slice(let operand, let slice): return try evaluate(slice, of: operand)
        case .call(let callee, let arguments):
            return try evaluateCall(callee, arguments, line: expression.line)
        case .filter(let operand, let filter, let name, let arguments):
            let value = try evaluate(operand)
            let arguments = try evaluate(arguments)
            line = expression.line
            return try apply(filter, name: name, to: value, arguments)
        case .test(let operand, let test, let name, let arguments, let isNegated):
            let value = try evaluate(operand)
            let arguments = try evaluate(arguments)
            line = expression.line
            return .boolean(try passes(test, name: name, value, arguments) != isNegated)
        case .not(let operand): return .boolean(!(try evaluate(operand).isTruthy))
        case .negated(let operand): return try negated(evaluate(operand))
        case .arithmetic(let left, let operation, let right):
            let (left, right) = (try evaluate(left), try evaluate(right))
            line = expression.line
            return try calculate(left, operation, right)
        case .and(let left, let right):
            let value = try evaluate(left)
            return value.isTruthy ? try evaluate(right) : value
        case .or(let left, let right):
            let value = try evaluate(left)
            return value.isTruthy ? value : try evaluate(right)
        case .comparison(let first, let rest): return try evaluateComparison(first, rest)
        case .conditional(let value, let condition, let otherwise):
            if try evaluate(condition).isTruthy { return try evaluate(value) }
            return try otherwise.map { (value) throws(TemplateError) in try evaluate(value) }
                ?? .undefined("the value of a condition that does not hold")
        }
    }

    private func evaluate(
        _ elements: [TemplateExpression]
    ) throws(TemplateError) -> [TemplateValue] {
        var values: [TemplateValue] = []
        for element in elements { values.append(try evaluate(element)) }
        return values
    }

    private func evaluate(
        _ entries: [(key: TemplateExpression, value: TemplateExpression)]
    ) throws(TemplateError) -> TemplateValue {
        var result: [(key: TemplateValue, value: TemplateValue)] = []
        for (key, value) in entries {
            let entry = (key: try evaluate(key), value: try evaluate(value))
            if let index = try index(of: entry.key, in: result) {
                result[index].value = entry.value
            } else {
                result.append(entry)
            }
        }
        return try makeMapping(result)
    }

    private func evaluateComparison(
        _ first: TemplateExpression,
        _ rest: [(TemplateExpression.Comparison, TemplateExpression)]
    ) throws(TemplateError) -> TemplateValue {
        var left = try evaluate(first)
        for (comparison, expression) in rest {
            let right = try evaluate(expression)
            guard try holds(left, comparison, right) else { return .boolean(false) }
            left = right
        }
        return .boolean(true)
    }

    // MARK: - Parts

    /// The attribute with a name; undefined if there is none.
    func attribute(
        _ name: String,
        of value: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        switch value {
        case .undefined(let description):
            throw failure("\"\(description)\" is undefined and has no \"\(name)\"")
        case .mapping(let mapping):
            if let method = self.method(name, of: value) { return method }
            try spend(mapping.entries.count)
            return mapping[name] ?? .undefined(name)
        case .list(let list) where list.isGroup && (name == "grouper" || name == "list"):
            return list.items[name == "list" ? 1 : 0]
        case .namespace(let namespace):
            return namespace.values[name] ?? .undefined(name)
        case .loop(let loop):
            return loop.attribute(name) ?? .undefined(name)
        default:
            return method(name, of: value) ?? .undefined(name)
        }
    }

    /// The method with a name; undefined if it may not be called, nil if there is none.
    func method(_ name: String, of value: TemplateValue) -> TemplateValue? {
        let (exists, isAllowed) = value.method(named: name)
        guard exists else { return nil }
        return isAllowed
            ? .method(TemplateMethod(name: name, owner: value)) : .undefined(name)
    }

    /// The item at an index or key; undefined if there is none.
    func element(
        _ index: TemplateValue,
        of value: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        switch (value, index) {
        case (.undefined(let description), _):
            throw failure("\"\(description)\" is undefined and has no parts")
        case (.mapping(let mapping), _):
            if let place = try self.index(of: index, in: mapping.entries) {
                return mapping.entries[place].value
            }
            guard case .text(let name) = index else { return .undefined(plain(index)) }
            return method(String(decoding: name.bytes, as: UTF8.self), of: value)
                ?? .undefined(plain(index))
        case (.list, .boolean(let flag)), (.text, .boolean(let flag)):
            return try element(.integer(flag ? 1 : 0), of: value)
        case (.list(let list), .integer(let index)) where list.view == nil:
            let place = index < 0 ? list.items.count + index : index
            guard list.items.indices.contains(place) else { return .undefined("item \(index)") }
            return list.items[place]
        case (.text(let text), .integer(let index)):
            try spend(text.count / 16)
            let offsets = text.scalarOffsets
            let place = index < 0 ? offsets.count - 1 + index : index
            guard place >= 0, place < offsets.count - 1 else {
                return .undefined("character \(index)")
            }
            return .text(text[offsets[place]..<offsets[place + 1]])
        case (_, .text(let name)):
            return try attribute(String(decoding: name.bytes, as: UTF8.self), of: value)
        default:
            return .undefined(plain(index))
        }
    }

    /// Refuses unhashable keys as Python does: lists and mappings, and tuples that contain them.
    func checkKey(_ key: TemplateValue) throws(TemplateError) {
        switch key {
        case .mapping: throw failure("a mapping cannot be a key")
        case .list(let list):
            guard list.isTuple else { throw failure("a list cannot be a key") }
            for item in list.items { try checkKey(item) }
        default: break
        }
    }

    func index(
        of key: TemplateValue,
        in entries: [(key: TemplateValue, value: TemplateValue)]
    ) throws(TemplateError) -> Int? {
        try spend(entries.count)
        try checkKey(key)
        for (index, entry) in entries.enumerated() where try areEqual(entry.key, key) {
            return index
        }
        return nil
    }

    private func evaluate(
        _ slice: TemplateExpression.Slice,
        of operand: TemplateExpression
    ) throws(TemplateError) -> TemplateValue {
        let value = try evaluate(operand)
        func bound(_ expression: TemplateExpression?) throws(TemplateError) -> Int? {
            guard let expression else { return nil }
            switch try evaluate(expression) {
            case .none: return nil
            case .integer(let value): return value
            case .boolean(let value): return value ? 1 : 0
            case let value: throw failure("\(value.typeName) cannot be the bound of a slice")
            }
        }
        let (start, stop) = (try bound(slice.start), try bound(slice.stop))
        let step = try bound(slice.step) ?? 1
        guard step != 0 else { throw failure("the step of a slice is zero") }
        switch value {
        case .text(let text):
            try spend(text.count / 16)
            let offsets = text.scalarOffsets
            let places = Self.places(start, stop, step, count: offsets.count - 1)
            if step == 1 {
                guard let first = places.first, let last = places.last else {
                    return .text(TemplateText())
                }
                return .text(text[offsets[first]..<offsets[last + 1]])
            }
            try spend(places.count)
            var result = TemplateText()
            for place in places { result.append(text[offsets[place]..<offsets[place + 1]]) }
            return .text(result)
        case .list(let list) where list.view == nil:
            let places = Self.places(start, stop, step, count: list.items.count)
            return try makeList(places.map { list.items[$0] }, isTuple: list.isTuple)
        default:
            throw failure("\(value.typeName) cannot be sliced")
        }
    }

    /// The indices that a slice selects, as in Python.
    private static func places(_ start: Int?, _ stop: Int?, _ step: Int, count: Int) -> [Int] {
        func clamp(_ bound: Int, _ minimum: Int, _ maximum: Int) -> Int {
            min(max(bound < 0 ? bound + count : bound, minimum), maximum)
        }
        let isForward = step > 0
        let (minimum, maximum) = isForward ? (0, count) : (-1, count - 1)
        let first = start.map { clamp($0, minimum, maximum) } ?? (isForward ? 0 : count - 1)
        let end = stop.map { clamp($0, minimum, maximum) } ?? (isForward ? count : -1)
        // A step longer than the list would overflow, and selects at most one item.
        let bounded = min(max(step, -count - 1), count + 1)
        return Array(stride(from: first, to: end, by: bounded == 0 ? 1 : bounded))
    }
}

extension TemplateLoop {
    func attribute(_ name: String) -> TemplateValue? {
        let count = items.items.count
        switch name {
        case "index": return .integer(index + 1)
        case "index0": return .integer(index)
        case "revindex": return .integer(count - index)
        case "revindex0": return .integer(count - index - 1)
        case "first": return .boolean(index == 0)
        case "last": return .boolean(index == count - 1)
        case "length": return .integer(count)
        case "depth": return .integer(depth + 1)
        case "depth0": return .integer(depth)
        case "previtem": return index > 0 ? items.items[index - 1] : nil
        case "nextitem": return index + 1 < count ? items.items[index + 1] : nil
        default: return nil
        }
    }
}
