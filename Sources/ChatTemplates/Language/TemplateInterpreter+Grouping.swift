extension TemplateInterpreter {
    /// Lists of at most `linecount` items each; the last one is filled up if a fill value is given.
    func batch(
        _ items: [TemplateValue],
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        guard let size = try integerArgument(arguments, 0, "linecount", of: "batch"), size > 0
        else {
            throw failure("batch needs a number above zero")
        }
        let filler = arguments.value(1, "fill_with").flatMap { $0.isNone ? nil : $0 }
        var batches: [TemplateValue] = []
        var start = 0
        while start < items.count {
            let end = min(items.count - start, size) + start
            var batch = Array(items[start..<end])
            if let filler, batch.count < size {
                guard size <= Limit.listItems else { throw excess("a batch is too large") }
                batch += repeatElement(filler, count: size - batch.count)
            }
            batches.append(try makeList(batch))
            start = end
        }
        return try makeGenerator(batches)
    }

    /// A number of lists whose lengths differ by at most one.
    func slice(
        _ items: [TemplateValue],
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        guard let count = try integerArgument(arguments, 0, "slices", of: "slice"), count > 0 else {
            throw failure("slice needs a number above zero")
        }
        guard count <= Limit.listItems else { throw excess("there are too many slices") }
        try spend(count)
        let filler = arguments.value(1, "fill_with").flatMap { $0.isNone ? nil : $0 }
        let (size, extra) = items.count.quotientAndRemainder(dividingBy: count)
        var slices: [TemplateValue] = []
        var start = 0
        for number in 0..<count {
            let end = start + size + (number < extra ? 1 : 0)
            var slice = Array(items[start..<end])
            if let filler, number >= extra { slice.append(filler) }
            slices.append(try makeList(slice))
            start = end
        }
        return try makeGenerator(slices)
    }

    /// Pairs of an attribute's value and the items that have it, sorted by the value.
    func group(
        _ items: [TemplateValue],
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        guard let path = arguments.value(0, "attribute") else {
            throw failure("groupby needs the name of an attribute")
        }
        let isCaseSensitive = arguments.value(2, "case_sensitive")?.isTruthy ?? false
        var keyed: [(key: TemplateValue, shown: TemplateValue, item: TemplateValue)] = []
        for item in items {
            var part = try get(path, of: item)
            if case .undefined = part, let standard = arguments.value(1, "default"),
                !standard.isNone
            {
                part = standard
            }
            keyed.append((isCaseSensitive ? part : folded(part), part, item))
        }
        keyed = try sorted(keyed) { (left, right) throws(TemplateError) in
            try precedes(left.key, right.key)
        }
        var groups: [TemplateValue] = []
        var start = 0
        while start < keyed.count {
            var end = start + 1
            while end < keyed.count, try areEqual(keyed[start].key, keyed[end].key) { end += 1 }
            let members = try makeList(keyed[start..<end].map(\.item))
            groups.append(
                .list(TemplateList([keyed[start].shown, members], isTuple: true, isGroup: true))
            )
            start = end
        }
        return try makeList(groups)
    }
}

extension TemplateValue {
    var isNone: Bool {
        if case .none = self { return true }
        return false
    }
}
