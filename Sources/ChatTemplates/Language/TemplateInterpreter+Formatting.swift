import Glibc

/// The format of one value: what follows the colon in `{:>8.2f}`, or the `%`.
struct TemplateFormat: Equatable {
    var fill: [UInt8] = [0x20]
    var alignment: UInt8?
    var sign: UInt8?
    var isAlternate = false
    var width = 0
    var groups = false
    var precision: Int?
    var kind: UInt8?
}

extension TemplateInterpreter {
    // MARK: - "{}".format()

    /// The result of a string's `format`: the parts outside braces come from the string, those
    /// within from the arguments, and each keeps its origin.
    func formatted(
        _ text: TemplateText,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        var result = TemplateText()
        var position = 0
        var automatic = 0
        let bytes = text.bytes
        while position < bytes.count {
            let start = position
            while position < bytes.count, bytes[position] != 0x7B, bytes[position] != 0x7D {
                position += 1
            }
            result.append(text[start..<position])
            guard position < bytes.count else { break }
            let brace = bytes[position]
            if position + 1 < bytes.count, bytes[position + 1] == brace {
                result.append(text[position..<position + 1])
                position += 2
                continue
            }
            guard brace == 0x7B,
                let end = bytes[position...].firstIndex(of: 0x7D)
            else { throw failure("a brace in a format has no other") }
            let field = bytes[position + 1..<end]
            guard !field.contains(0x7B) else {
                throw failure("a format within a format is not supported")
            }
            result.append(try formatted(field, arguments, &automatic))
            try checkGrowth(of: result)
            try spend(1)
            position = end + 1
        }
        try checkLength(result.count)
        return .text(result)
    }

    private func formatted(
        _ field: ArraySlice<UInt8>,
        _ arguments: Arguments,
        _ automatic: inout Int
    ) throws(TemplateError) -> TemplateText {
        let colon = field.firstIndex(of: UInt8(ascii: ":")) ?? field.endIndex
        let mark = field[..<colon].firstIndex(of: UInt8(ascii: "!")) ?? colon
        var value = try argument(field[..<mark], arguments, &automatic)
        if mark < colon {
            switch field[(mark + 1)..<colon] {
            case [UInt8(ascii: "s")]: value = .text(try text(of: value))
            case [UInt8(ascii: "r")]: value = .text(try representation(of: value))
            default: throw failure("a format's conversion is not s or r")
            }
        }
        let specification = colon < field.endIndex ? field[(colon + 1)...] : []
        return try write(value, try format(of: specification))
    }

    /// The argument of a field such as `0`, `name` or `name[key]`.
    private func argument(
        _ path: ArraySlice<UInt8>,
        _ arguments: Arguments,
        _ automatic: inout Int
    ) throws(TemplateError) -> TemplateValue {
        let end = path.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") }
        let name = String(decoding: path[..<(end ?? path.endIndex)], as: UTF8.self)
        var index = Int(name)
        if name.isEmpty {
            index = automatic
            automatic += 1
        }
        var value: TemplateValue
        if let index {
            guard arguments.positional.indices.contains(index) else {
                throw failure("a format has no value \(index)")
            }
            value = arguments.positional[index]
        } else {
            guard let named = arguments.named.first(where: { $0.name == name }) else {
                throw failure("a format has no value \"\(name)\"")
            }
            value = named.value
        }
        guard let end else { return value }
        for part in path[end...].split(whereSeparator: { ".[]".utf8.contains($0) }) {
            let key = String(decoding: part, as: UTF8.self)
            value = try element(
                Int(key).map { .integer($0) } ?? .text(TemplateText(key)),
                of: value
            )
        }
        return value
    }

    private func format(
        of specification: ArraySlice<UInt8>
    ) throws(TemplateError) -> TemplateFormat {
        var format = TemplateFormat()
        var rest = specification
        let alignments = Array("<>^=".utf8)
        // The fill is a character of any length before an alignment.
        var fillEnd = rest.startIndex
        if fillEnd < rest.endIndex { fillEnd += 1 }
        while fillEnd < rest.endIndex, rest[fillEnd] & 0xC0 == 0x80 { fillEnd += 1 }
        var hasFill = false
        if fillEnd < rest.endIndex, alignments.contains(rest[fillEnd]) {
            hasFill = true
            format.fill = Array(rest[..<fillEnd])
            format.alignment = rest[fillEnd]
            rest = rest[(fillEnd + 1)...]
        } else if let first = rest.first, alignments.contains(first) {
            format.alignment = first
            rest = rest.dropFirst()
        }
        if let first = rest.first, "+- ".utf8.contains(first) {
            format.sign = first
            rest = rest.dropFirst()
        }
        if rest.first == UInt8(ascii: "#") {
            format.isAlternate = true
            rest = rest.dropFirst()
        }
        if rest.first == UInt8(ascii: "0") {
            if !hasFill { format.fill = [UInt8(ascii: "0")] }
            format.alignment = format.alignment ?? UInt8(ascii: "=")
            rest = rest.dropFirst()
        }
        format.width = try number(&rest) ?? 0
        if rest.first == UInt8(ascii: ",") {
            format.groups = true
            rest = rest.dropFirst()
        }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            format.precision = try number(&rest)
        }
        format.kind = rest.popFirst()
        guard rest.isEmpty else { throw failure("a format cannot be read") }
        return format
    }

    private func number(_ rest: inout ArraySlice<UInt8>) throws(TemplateError) -> Int? {
        let digits = rest.prefix { $0.isASCIIDigit }
        guard !digits.isEmpty else { return nil }
        rest = rest.dropFirst(digits.count)
        guard let number = Int(String(decoding: digits, as: UTF8.self)) else {
            throw failure("a number in a format is too large")
        }
        return number
    }

    // MARK: - "%s" %

    /// The result of `%` for a string and a value, a tuple of values or a mapping.
    func interpolated(
        _ text: TemplateText,
        _ value: TemplateValue
    ) throws(TemplateError) -> TemplateValue {
        var values = [value]
        if case .list(let list) = value, list.isTuple { values = list.items }
        var next = 0
        var result = TemplateText()
        var rest = text.bytes[...]
        while let start = rest.firstIndex(of: UInt8(ascii: "%")) {
            result.append(text[rest.startIndex..<start])
            rest = rest[(start + 1)...]
            var named: TemplateValue?
            if rest.first == UInt8(ascii: "("), let end = rest.firstIndex(of: UInt8(ascii: ")")) {
                let name = String(decoding: rest[(rest.startIndex + 1)..<end], as: UTF8.self)
                guard case .mapping(let mapping) = value, let member = mapping[name] else {
                    throw failure("a format has no value \"\(name)\"")
                }
                named = member
                next = values.count
                rest = rest[(end + 1)...]
            }
            var format = TemplateFormat()
            format.alignment = UInt8(ascii: ">")
            let flags = Set(rest.prefix { "-+ #0".utf8.contains($0) })
            rest = rest.drop { "-+ #0".utf8.contains($0) }
            if flags.contains(UInt8(ascii: "-")) {
                format.alignment = UInt8(ascii: "<")
            } else if flags.contains(UInt8(ascii: "0")) {
                format.fill = [UInt8(ascii: "0")]
                format.alignment = UInt8(ascii: "=")
            }
            format.isAlternate = flags.contains(UInt8(ascii: "#"))
            format.sign = [UInt8(ascii: "+"), 0x20].first(where: flags.contains)
            format.width = try number(&rest) ?? 0
            if rest.first == UInt8(ascii: ".") {
                rest = rest.dropFirst()
                format.precision = try number(&rest) ?? 0
            }
            guard let kind = rest.popFirst() else { throw failure("a format ends too early") }
            if kind == UInt8(ascii: "%") {
                guard rest.startIndex == start + 2 else {
                    throw failure("a format's \"%%\" has something between")
                }
                result.append(text[start..<start + 1])
                continue
            }
            if named == nil {
                guard next < values.count else { throw failure("a format has too few values") }
                named = values[next]
                next += 1
            }
            result.append(try write(named ?? .none, format, percent: kind))
            try checkGrowth(of: result)
            try spend(1)
        }
        result.append(text[rest.startIndex..<text.count])
        if case .mapping = value { next = values.count }
        guard next == values.count else { throw failure("a format has too many values") }
        try checkLength(result.count)
        return .text(result)
    }

    private func write(
        _ value: TemplateValue,
        _ format: TemplateFormat,
        percent kind: UInt8
    ) throws(TemplateError) -> TemplateText {
        var format = format
        switch kind {
        case UInt8(ascii: "s"), UInt8(ascii: "r"):
            if format.alignment == UInt8(ascii: "=") {
                (format.alignment, format.fill) = (UInt8(ascii: ">"), [0x20])
            }
            (format.sign, format.isAlternate) = (nil, false)
            let isPlain = kind == UInt8(ascii: "s")
            let shown = isPlain ? try text(of: value) : try representation(of: value)
            return try write(.text(shown), format)
        case UInt8(ascii: "d"), UInt8(ascii: "i"), UInt8(ascii: "u"):
            format.kind = UInt8(ascii: "d")
            if format.precision == 0 { format.precision = nil }
            if case .real(let number) = value {
                guard let whole = Int(exactly: number.rounded(.towardZero)) else {
                    throw failure("a number is too large")
                }
                return try write(.integer(whole), format)
            }
        default: format.kind = kind
        }
        return try write(value, format)
    }

    // MARK: - One value

    private func write(
        _ value: TemplateValue,
        _ format: TemplateFormat
    ) throws(TemplateError) -> TemplateText {
        try checkLength(format.width)
        switch value {
        case .text(let text):
            guard format.kind == nil || format.kind == UInt8(ascii: "s") else {
                throw failure("a string cannot be formatted as a number")
            }
            guard format.alignment != UInt8(ascii: "="), format.sign == nil, !format.groups,
                !format.isAlternate
            else { throw failure("a string has no sign, groups of digits or other form") }
            try spend(text.count / 16)
            let offsets = text.scalarOffsets
            let end = offsets[min(format.precision ?? .max, offsets.count - 1)]
            return pad(text[0..<end], format, standard: UInt8(ascii: "<"))
        case .integer, .real: return pad(try digits(of: value, format), format)
        case .boolean(let flag) where format != TemplateFormat():
            return pad(try digits(of: .integer(flag ? 1 : 0), format), format)
        default:
            guard format == TemplateFormat() else {
                throw failure("\(value.typeName) takes no format")
            }
            return try text(of: value)
        }
    }

    /// A number without its padding, sign first.
    private func digits(
        of value: TemplateValue,
        _ format: TemplateFormat
    ) throws(TemplateError) -> TemplateText {
        let isNegative: Bool
        var digits: String
        let kind = format.kind ?? (value.integer == nil ? 0 : UInt8(ascii: "d"))
        if "xXob".utf8.contains(kind) {
            guard format.precision == nil, !format.groups else {
                throw failure("a whole number in another base has no precision and no groups")
            }
        } else if format.isAlternate, kind != UInt8(ascii: "d") {
            throw failure("a number with a point has no other form here")
        }
        switch (kind, value.integer, value.real) {
        case (UInt8(ascii: "d"), let number?, _):
            guard format.precision == nil else { throw failure("a whole number has no precision") }
            (isNegative, digits) = (number < 0, String(number.magnitude))
        case (UInt8(ascii: "x"), let number?, _), (UInt8(ascii: "X"), let number?, _):
            let isUpper = kind == UInt8(ascii: "X")
            (isNegative, digits) =
                (number < 0, String(number.magnitude, radix: 16, uppercase: isUpper))
            if format.isAlternate { digits = (isUpper ? "0X" : "0x") + digits }
        case (UInt8(ascii: "o"), let number?, _):
            (isNegative, digits) = (number < 0, String(number.magnitude, radix: 8))
            if format.isAlternate { digits = "0o" + digits }
        case (UInt8(ascii: "b"), let number?, _):
            (isNegative, digits) = (number < 0, String(number.magnitude, radix: 2))
            if format.isAlternate { digits = "0b" + digits }
        case (0, _, let number?) where format.precision == nil:
            (isNegative, digits) = (number.sign == .minus, number.magnitude.pythonText)
        case (_, _, let number?)
        where "eEfFgG%".utf8.contains(kind):
            isNegative = number.sign == .minus
            digits = try Self.printed(number.magnitude, kind, format.precision ?? 6, self)
        default: throw failure("a format is not supported for \(value.typeName)")
        }
        if format.groups {
            let whole = digits.prefix { $0.isNumber }
            var grouped = ""
            for (index, digit) in whole.enumerated() {
                if index > 0, (whole.count - index) % 3 == 0 { grouped += "," }
                grouped.append(digit)
            }
            digits = grouped + digits.dropFirst(whole.count)
        }
        let sign =
            isNegative
            ? "-" : format.sign == UInt8(ascii: "+") ? "+" : format.sign == 0x20 ? " " : ""
        return literal(Array((sign + digits).utf8))
    }

    private static func printed(
        _ number: Double,
        _ kind: UInt8,
        _ precision: Int,
        _ interpreter: TemplateInterpreter
    ) throws(TemplateError) -> String {
        guard precision <= 100 else { throw interpreter.failure("a precision is above 100") }
        let isShare = kind == UInt8(ascii: "%")
        let letter = isShare ? "f" : String(UnicodeScalar(kind))
        var buffer = [CChar](repeating: 0, count: 512)
        let count = withVaList([Int32(precision), isShare ? number * 100 : number]) {
            vsnprintf(&buffer, buffer.count, "%.*\(letter)", $0)
        }
        let digits = buffer.prefix(min(Int(count), buffer.count - 1)).map { UInt8(bitPattern: $0) }
        return String(decoding: digits, as: UTF8.self) + (isShare ? "%" : "")
    }

    private func pad(
        _ text: TemplateText,
        _ format: TemplateFormat,
        standard: UInt8 = UInt8(ascii: ">")
    ) -> TemplateText {
        let missing = max(0, format.width - text.scalarCount)
        guard missing > 0 else { return text }
        func fill(_ count: Int) -> TemplateText {
            literal(Array(repeatElement(format.fill, count: count).joined()))
        }
        let (left, right, signEnd): (Int, Int, Int) =
            switch format.alignment ?? standard {
            case UInt8(ascii: "<"): (0, missing, 0)
            case UInt8(ascii: "^"): (missing / 2, missing - missing / 2, 0)
            case UInt8(ascii: "="):
                (missing, 0, text.bytes.first.map { "+- ".utf8.contains($0) } == true ? 1 : 0)
            default: (missing, 0, 0)
            }
        var result = text[0..<signEnd]
        result.append(fill(left))
        result.append(text[signEnd..<text.count])
        result.append(fill(right))
        return result
    }
}
