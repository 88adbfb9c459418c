/// The parts of a URI, or of a path without scheme.
struct Address {
    /// The scheme in lower case; nil if there is none.
    let scheme: String?
    let host: String
    let path: String
    let query: String

    init(_ text: String) {
        var rest = text[...]
        let letters = rest.prefix {
            $0.isASCII && ($0.isLetter || $0.isNumber || "+-.".contains($0))
        }
        if !letters.isEmpty, letters.first?.isLetter == true,
            rest.dropFirst(letters.count).first == ":"
        {
            scheme = letters.lowercased()
            rest = rest.dropFirst(letters.count + 1)
        } else {
            scheme = nil
        }
        if scheme != nil, rest.hasPrefix("//") {
            let behind = rest.dropFirst(2)
            let end = behind.firstIndex { "/?#".contains($0) } ?? behind.endIndex
            host = behind[..<end].lowercased()
            rest = behind[end...]
        } else {
            host = ""
        }
        let end = rest.firstIndex { "?#".contains($0) } ?? rest.endIndex
        path = String(rest[..<end])
        query =
            rest[end...].first == "?" ? String(rest[end...].dropFirst().prefix { $0 != "#" }) : ""
    }

    /// The components of the path, fully decoded.
    var parts: [String] {
        PercentCode.split(path).map(PercentCode.fullyDecoded)
    }

    /// Whether it is `root`, or is below it.
    func isInside(_ root: Address) -> Bool {
        scheme == root.scheme && host == root.host && !root.parts.isEmpty
            && parts.starts(with: root.parts)
    }
}
