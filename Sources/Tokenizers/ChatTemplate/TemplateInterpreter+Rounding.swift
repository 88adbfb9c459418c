import Glibc

extension TemplateInterpreter {
    /// The filter `round`: to so many places behind the point, ties to even as Python does.
    func round(
        _ value: TemplateValue,
        _ arguments: Arguments
    ) throws(TokenizerError) -> TemplateValue {
        guard let number = value.real else {
            throw failure("\(value.typeName) cannot be rounded")
        }
        let places = min(max(arguments.value(0, "precision")?.integer ?? 0, -300), 300)
        let scale = pow(10, Double(places))
        switch arguments.value(1, "method") {
        case let method? where method.isText("ceil"):
            return .real((number * scale).rounded(.up) / scale)
        case let method? where method.isText("floor"):
            return .real((number * scale).rounded(.down) / scale)
        default: break
        }
        if let integer = value.integer, places >= 0 { return .integer(integer) }
        guard places >= 0 else {
            return .real((number * scale).rounded(.toNearestOrEven) / scale)
        }
        // Decimal digits round exactly; a product with a power of ten would not.
        var buffer = [CChar](repeating: 0, count: 1024)
        _ = withVaList([Int32(places), number]) { vsnprintf(&buffer, buffer.count, "%.*f", $0) }
        return .real(strtod(buffer, nil))
    }
}
