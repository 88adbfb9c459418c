/// Durations and amounts of memory as people write them.
enum QuantityText {
    /// The longest duration in seconds: 31 years.
    static let longest = 1e9
    /// The largest amount in bytes: 1 PiB.
    ///
    /// Sums of them do not overflow.
    static let largest: Int64 = 1 << 50

    /// Seconds: `90s`, `2h30m`, `1d`, `1.5h`; the units w, d, h, m, s and ms, in this order.
    static func seconds(_ text: String) -> Double? {
        let units: [(name: String, seconds: Double)] = [
            ("w", 604_800), ("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1), ("ms", 0.001),
        ]
        var total = 0.0
        var rest = text[...]
        var allowed = units[...]
        while !rest.isEmpty {
            guard let (number, unit) = part(&rest),
                let place = allowed.firstIndex(where: { $0.name == unit })
            else { return nil }
            total += number * units[place].seconds
            allowed = units[(place + 1)...]
        }
        return text.isEmpty || !(total <= longest) ? nil : total
    }

    /// Bytes: `2GB` is 2·10⁹, `2GiB` is 2·2³⁰; a number alone is bytes.
    static func bytes(_ text: String) -> Int64? {
        let units: [String: Double] = [
            "": 1, "b": 1, "kb": 1e3, "mb": 1e6, "gb": 1e9, "tb": 1e12, "kib": 0x1p10,
            "mib": 0x1p20,
            "gib": 0x1p30, "tib": 0x1p40, "k": 1e3, "m": 1e6, "g": 1e9, "t": 1e12,
        ]
        var rest = text[...]
        guard let (number, unit) = part(&rest), rest.isEmpty, let factor = units[unit.lowercased()]
        else { return nil }
        guard let count = Int64(exactly: (number * factor).rounded()), count <= largest
        else { return nil }
        return count
    }

    /// Takes a number and the letters after it.
    private static func part(_ rest: inout Substring) -> (Double, String)? {
        let digits = rest.prefix { "0"..."9" ~= $0 || $0 == "." }
        guard let number = Double(digits), number.isFinite else { return nil }
        rest = rest[digits.endIndex...].drop { $0 == " " }
        let unit = rest.prefix { "a"..."z" ~= $0 || "A"..."Z" ~= $0 }
        rest = rest[unit.endIndex...].drop { $0 == " " }
        return (number, String(unit))
    }
}
