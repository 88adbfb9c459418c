extension TemplateInterpreter {
    /// The items that a loop over the value iterates.
    func items(of value: TemplateValue) throws(TemplateError) -> [TemplateValue] {
        switch value {
        case .list(let list): return list.items
        case .mapping(let mapping): return mapping.entries.map(\.key)
        case .undefined: return []
        case .generator(let generator): return generator.takeAll()
        case .text(let text):
            try spend(text.count)
            let offsets = text.scalarOffsets
            return zip(offsets, offsets.dropFirst()).map { .text(text[$0..<$1]) }
        default: throw failure("\(value.typeName) cannot be iterated")
        }
    }

    /// Applies a filter that takes a sequence.
    func applyToSequence(
        _ filter: TemplateFilter,
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        if filter == .length || filter == .count, case .text(let text) = value {
            try spend(text.count / 64)
            return .integer(text.scalarCount)
        }
        if filter == .reverse, case .text = value {
            let characters = try items(of: value).reversed()
            return try join(Array(characters), separator: TemplateText())
        }
        if case .generator(let generator) = value {
            switch filter {
            case .length, .count, .last, .dictsort:
                throw failure("a generator has no \(filter.rawValue); make it a list first")
            case .first: return generator.takeFirst() ?? .undefined("the first item of nothing")
            case .reverse: return try makeList(generator.takeAll().reversed())
            default: break
            }
        }
        let items =
            filter.passesOverNothing && !value.isTruthy ? [] : try items(of: value)
        try spend(items.count)
        switch filter {
        case .length, .count: return .integer(items.count)
        case .first: return items.first ?? .undefined("the first item of nothing")
        case .last: return items.last ?? .undefined("the last item of nothing")
        case .list: return try makeList(items)
        case .reverse: return try makeGenerator(items.reversed())
        case .join:
            var items = items
            if let path = arguments.value(1, "attribute") { items = try get(path, ofEach: items) }
            let separator = try arguments.value(0, "d").map {
                (value) throws(TemplateError) in try text(of: value)
            }
            return try join(items, separator: separator ?? TemplateText())
        case .batch: return try batch(items, arguments)
        case .slice: return try slice(items, arguments)
        case .groupby: return try group(items, arguments)
        case .map: return try map(items, arguments)
        case .select, .reject:
            return try pick(items, where: arguments, keeping: filter == .select)
        case .selectattr, .rejectattr:
            guard let path = arguments.positional.first else {
                throw failure("\(filter.rawValue) needs the name of an attribute")
            }
            return try pick(
                items,
                by: path,
                where: arguments.droppingFirst(),
                keeping: filter == .selectattr
            )
        case .sort:
            return try makeList(
                sorted(
                    items,
                    by: arguments.value(2, "attribute") ?? TemplateValue.none,
                    bySeveral: true,
                    isCaseSensitive: arguments.value(1, "case_sensitive")?.isTruthy ?? false,
                    isReversed: integerArgument(arguments, 0, "reverse", of: "sort") ?? 0 != 0
                )
            )
        case .min, .max:
            let order = try sorted(
                items,
                by: arguments.value(1, "attribute"),
                isCaseSensitive: arguments.value(0, "case_sensitive")?.isTruthy ?? false,
                isReversed: filter == .max
            )
            return order.first ?? .undefined("the \(filter.rawValue) of nothing")
        case .unique: return try unique(items, arguments)
        case .sum:
            var items = items
            if let path = arguments.value(0, "attribute") { items = try get(path, ofEach: items) }
            var sum = arguments.value(1, "start") ?? .integer(0)
            if case .text = sum { throw failure("\"sum\" adds no strings; join them") }
            for item in items { sum = try calculate(sum, .add, item) }
            return sum
        case .dictsort: return try sortEntries(of: value, arguments)
        default: throw failure("the filter \"\(filter.rawValue)\" is not for lists")
        }
    }

    func join(
        _ items: [TemplateValue],
        separator: TemplateText
    ) throws(TemplateError) -> TemplateValue {
        var result = TemplateText()
        for (index, item) in items.enumerated() {
            if index > 0 { result.append(separator) }
            result.append(try text(of: item))
            try checkGrowth(of: result)
        }
        try checkLength(result.count)
        return .text(result)
    }

    // MARK: - Attributes of items

    /// The value at a path such as `function.name`; the value itself without a path.
    func get(
        _ path: TemplateValue,
        of value: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        if path.isNone { return value }
        guard case .text(let text) = path else { return try element(path, of: value) }
        var result = value
        for part in text.bytes.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        {
            let name = String(decoding: part, as: UTF8.self)
            let place = part.allSatisfy(\.isASCIIDigit) ? Int(name) : nil
            result = try element(
                place.map { .integer($0) } ?? .text(TemplateText(name)),
                of: result
            )
        }
        return result
    }

    private func get(
        _ path: TemplateValue,
        ofEach items: [TemplateValue]
    ) throws(TemplateError) -> [TemplateValue] {
        var result: [TemplateValue] = []
        for item in items { result.append(try get(path, of: item)) }
        return result
    }

    private func map(
        _ items: [TemplateValue],
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        var results: [TemplateValue] = []
        if let path = arguments.named.first(where: { $0.name == "attribute" })?.value {
            guard arguments.positional.isEmpty else {
                throw failure("\"map\" takes a filter or an attribute, not both")
            }
            try check(arguments, TemplateSignature("attribute default?"), of: "map")
            let standard = arguments.named.first { $0.name == "default" }?.value
            for item in items {
                var part = try get(path, of: item)
                if case .undefined = part, let standard, !standard.isNone { part = standard }
                results.append(part)
            }
        } else {
            guard case .text(let filter)? = arguments.positional.first else {
                throw failure("map needs a filter or an attribute")
            }
            let name = String(decoding: filter.bytes, as: UTF8.self)
            let rest = arguments.droppingFirst()
            for item in items {
                results.append(
                    try nested { () throws(TemplateError) in
                        try apply(TemplateFilter(rawValue: name), name: name, to: item, rest)
                    }
                )
            }
        }
        return try makeGenerator(results)
    }

    /// The items that pass or fail a test, or a test of truth.
    private func pick(
        _ items: [TemplateValue],
        by path: TemplateValue? = nil,
        where arguments: Arguments,
        keeping kept: Bool
    ) throws(TemplateError) -> TemplateValue {
        var results: [TemplateValue] = []
        for item in items {
            let value =
                try path.map { (path) throws(TemplateError) in try get(path, of: item) }
                ?? item
            var holds = value.isTruthy
            if let named = arguments.positional.first {
                guard case .text(let test) = named else {
                    throw failure("\(named.typeName) is not the name of a test")
                }
                let name = String(decoding: test.bytes, as: UTF8.self)
                holds = try passes(
                    TemplateTest(named: name),
                    name: name,
                    value,
                    arguments.droppingFirst()
                )
            }
            if holds == kept { results.append(item) }
        }
        return try makeGenerator(results)
    }

    // MARK: - Order

    /// A stable sort whose comparison may fail.
    func sorted<Element>(
        _ elements: [Element],
        by precedes: (Element, Element) throws(TemplateError) -> Bool
    ) throws(TemplateError) -> [Element] {
        guard elements.count > 1 else { return elements }
        let middle = elements.count / 2
        let left = try sorted(Array(elements[..<middle]), by: precedes)
        let right = try sorted(Array(elements[middle...]), by: precedes)
        var result: [Element] = []
        result.reserveCapacity(elements.count)
        var (first, second) = (0, 0)
        while first < left.count, second < right.count {
            if try precedes(right[second], left[first]) {
                result.append(right[second])
                second += 1
            } else {
                result.append(left[first])
                first += 1
            }
        }
        return result + left[first...] + right[second...]
    }

    private func sorted(
        _ items: [TemplateValue],
        by path: TemplateValue?,
        bySeveral: Bool = false,
        isCaseSensitive: Bool,
        isReversed: Bool
    ) throws(TemplateError) -> [TemplateValue] {
        var keyed: [(key: TemplateValue, item: TemplateValue)] = []
        for item in items {
            let key =
                bySeveral
                ? try keys(of: item, by: path, isCaseSensitive)
                : try key(of: item, by: path, isCaseSensitive)
            keyed.append((key, item))
        }
        return try sorted(keyed) { (left, right) throws(TemplateError) in
            isReversed ? try precedes(right.key, left.key) : try precedes(left.key, right.key)
        }.map(\.item)
    }

    /// The sort key of an item: itself or a part.
    private func key(
        of item: TemplateValue,
        by path: TemplateValue?,
        _ isCaseSensitive: Bool
    ) throws(TemplateError) -> TemplateValue {
        let part = try path.map { (path) throws(TemplateError) in try get(path, of: item) } ?? item
        return isCaseSensitive ? part : folded(part)
    }

    /// The parts that an item is sorted by, from one path or several separated by commas.
    private func keys(
        of item: TemplateValue,
        by path: TemplateValue?,
        _ isCaseSensitive: Bool
    ) throws(TemplateError) -> TemplateValue {
        guard case .text(let text)? = path else {
            return .list(TemplateList([try key(of: item, by: path, isCaseSensitive)]))
        }
        var keys: [TemplateValue] = []
        for name in text.bytes.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
        {
            let path = TemplateValue.text(TemplateText(Array(name)))
            keys.append(try key(of: item, by: path, isCaseSensitive))
        }
        return .list(TemplateList(keys))
    }

    /// A string without case; other values as they are.
    func folded(_ value: TemplateValue) -> TemplateValue {
        guard case .text(let text) = value else { return value }
        return .text(text.lowercased)
    }

    private func unique(
        _ items: [TemplateValue],
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let isCaseSensitive = arguments.value(0, "case_sensitive")?.isTruthy ?? false
        let path = arguments.value(1, "attribute")
        var seen: [TemplateValue] = []
        var results: [TemplateValue] = []
        search: for item in items {
            let part =
                try path.map { (path) throws(TemplateError) in try get(path, of: item) }
                ?? item
            let key = isCaseSensitive ? part : folded(part)
            try checkKey(key)
            for other in seen where try areEqual(other, key) { continue search }
            seen.append(key)
            results.append(item)
        }
        return try makeGenerator(results)
    }

    private func sortEntries(
        of value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        guard case .mapping(let mapping) = value else {
            throw failure("\(value.typeName) has no entries to sort")
        }
        let isCaseSensitive = arguments.value(0, "case_sensitive")?.isTruthy ?? false
        let by = arguments.value(1, "by")
        let isByValue = by?.isText("value") ?? false
        guard isByValue || by?.isText("key") ?? true else {
            throw failure("\"by\" of \"dictsort\" is key or value")
        }
        let isReversed = try integerArgument(arguments, 2, "reverse", of: "dictsort") ?? 0 != 0
        let pairs = mapping.entries.map {
            TemplateValue.list(TemplateList([$0.key, $0.value], isTuple: true))
        }
        return try makeList(
            sorted(
                pairs,
                by: .integer(isByValue ? 1 : 0),
                isCaseSensitive: isCaseSensitive,
                isReversed: isReversed
            )
        )
    }
}

extension TemplateFilter {
    /// Whether the filter treats false values, including none, as an empty list.
    fileprivate var passesOverNothing: Bool {
        switch self {
        case .map, .select, .reject, .selectattr, .rejectattr: true
        default: false
        }
    }
}
