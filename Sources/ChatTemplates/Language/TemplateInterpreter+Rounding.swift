import Glibc

extension TemplateInterpreter {
    /// The filter `round`: to a number of decimal places, ties to even as in Python.
    func round(
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        guard let number = value.real else {
            throw failure("\(value.typeName) cannot be rounded")
        }
        let given = try integerArgument(arguments, 0, "precision", of: "round") ?? 0
        let places = min(max(given, -400), 400)
        let method = arguments.value(1, "method")
        let isUp = method?.isText("ceil") ?? false
        guard isUp || method?.isText("floor") ?? false else {
            guard method?.isText("common") ?? true else {
                throw failure("\"method\" of \"round\" is common, ceil or floor")
            }
            if let integer = value.integer { return try rounded(integer, places) }
            return .real(try rounded(number, places))
        }
        // As in Jinja's source: 10 ** precision is a float if that is negative.
        let scale = pow(10, Double(places))
        let scaled = number * scale
        guard scale.isFinite, scaled.isFinite else { throw failure("a number became too large") }
        let whole = scaled.rounded(isUp ? .up : .down)
        return .real(whole / scale)
    }

    private func rounded(_ number: Int, _ places: Int) throws(TemplateError) -> TemplateValue {
        guard places < 0 else { return .integer(number) }
        guard places >= -18 else { return .integer(0) }
        var unit = 1
        for _ in 0..<(-places) { unit *= 10 }
        var (quotient, rest) = number.quotientAndRemainder(dividingBy: unit)
        // Towards minus infinity, so that the remainder is not negative.
        if rest < 0 { (quotient, rest) = (quotient - 1, rest + unit) }
        let isAbove = rest > unit - rest || rest == unit - rest && quotient % 2 != 0
        return try exact((quotient + (isAbove ? 1 : 0)).multipliedReportingOverflow(by: unit))
    }

    private func rounded(_ number: Double, _ places: Int) throws(TemplateError) -> Double {
        guard number.isFinite else { return number }
        if places < 0 {
            guard places >= -308 else { return number.sign == .minus ? -0.0 : 0 }
            let unit = pow(10, Double(-places))
            let result = (number / unit).rounded(.toNearestOrEven) * unit
            guard result.isFinite else { throw failure("a number became too large") }
            return result
        }
        // Decimal digits round exactly; a product with a power of ten would not.
        var buffer = [CChar](repeating: 0, count: 1024)
        _ = withVaList([Int32(min(places, 330)), number]) {
            vsnprintf(&buffer, buffer.count, "%.*f", $0)
        }
        return strtod(buffer, nil)
    }

    /// The filter `int`: an integer, or the default if the value is not one.
    func whole(
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TemplateError) -> TemplateValue {
        let base = try integerArgument(arguments, 1, "base", of: "int") ?? 10
        if case .undefined(let name) = value {
            throw failure("\"\(name)\" is undefined and not a number")
        }
        if let integer = value.integer { return .integer(integer) }
        let number: Double?
        switch value {
        case .real(let value): number = value
        case .text(let text):
            guard base == 0 || (2...36).contains(base) else {
                number = text.pythonNumber
                break
            }
            if let integer = text.pythonInteger(base: base) {
                guard let integer = integer.value else { throw failure("a number is too large") }
                return .integer(integer)
            }
            number = text.pythonNumber
        default: number = nil
        }
        if let number, number.isFinite {
            guard let integer = Int(exactly: number.rounded(.towardZero)) else {
                throw failure("a number is too large")
            }
            return .integer(integer)
        }
        // As in Python, where infinity fails and NaN gives the default.
        if case .real(let number) = value, number.isInfinite {
            throw failure("\(plain(value)) is not an integer")
        }
        return arguments.value(0, "default") ?? .integer(0)
    }
}
