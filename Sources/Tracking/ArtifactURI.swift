/// Locations of artifacts, as this store and as MLflow write them.
///
/// Here a location without a scheme is relative to the workspace; in MLflow it is relative to the
/// folder that its server was started in. So both are converted.
package enum ArtifactURI {
    /// A relative location as a `file://` URI below `root`; others are unchanged, as are those that
    /// leave the workspace by `..`.
    package static func absolute(_ location: String, root: String) -> String {
        guard !location.isEmpty, !hasScheme(location), location.utf8.first != slash,
            !components(location).contains(where: { text($0) == ".." })
        else { return location }
        return file(components(root) + components(location))
    }

    /// The location as this store stores it, from one that another store wrote.
    ///
    /// - Parameters:
    ///   - root: The workspace, absolute. Locations in its folder `artifacts` become relative to
    ///     it; none do if nil.
    ///   - base: The folder that relative locations start from. They must not stay relative: they
    ///     would name files of this workspace.
    package static func kept(
        _ location: String,
        root: String?,
        artifacts: String,
        base: String
    ) -> String {
        guard !location.isEmpty else { return location }
        guard let path = path(location) else {
            if hasScheme(location) { return location }
            return file(resolved(components(base) + components(location)))
        }
        guard let root else { return location }
        let (inner, outer) = (components(path), components(root))
        let folder = outer + components(artifacts)
        guard inner.count > folder.count, inner.starts(with: folder),
            !inner.contains(where: { text($0) == ".." })
        else { return location }
        return inner.dropFirst(outer.count).map(text).joined(separator: "/")
    }

    /// Whether it starts with letters and a colon, as `s3:` does.
    static func hasScheme(_ location: String) -> Bool {
        guard let colon = location.utf8.firstIndex(of: UInt8(ascii: ":")) else { return false }
        let scheme = location.utf8[..<colon]
        guard let first = scheme.first, isLetter(first) else { return false }
        return scheme.allSatisfy { isLetter($0) || isDigit($0) || "+-.".utf8.contains($0) }
    }

    /// The absolute path that a location names, if it names a file of this machine.
    private static func path(_ location: String) -> String? {
        if location.utf8.first == slash { return location }
        for prefix in ["file://localhost/", "file:///", "file:/"]
        where location.utf8.starts(with: prefix.utf8) {
            let rest = location.utf8.dropFirst(prefix.utf8.count)
            // `file://host/…` is on another machine.
            guard prefix != "file:/" || rest.first != slash else { return nil }
            let bytes = decoded(Array(rest))
            return bytes.contains(0) ? nil : "/" + text(bytes)
        }
        return nil
    }

    // MARK: - Paths as bytes

    private typealias Bytes = [UInt8]
    private static let slash = UInt8(ascii: "/")

    /// The parts between slashes, without empty ones and `.`.
    private static func components(_ path: String) -> [Bytes] {
        path.utf8.split(separator: slash).map(Array.init).filter { text($0) != "." }
    }

    /// The parts with every `..` resolved.
    private static func resolved(_ parts: [Bytes]) -> [Bytes] {
        parts.reduce(into: []) { result, part in
            if text(part) != ".." {
                result.append(part)
            } else if !result.isEmpty {
                result.removeLast()
            }
        }
    }

    private static func file(_ parts: [Bytes]) -> String {
        "file://" + parts.map { "/" + encoded($0) }.joined()
    }

    private static func encoded(_ bytes: Bytes) -> String {
        var result = ""
        for byte in bytes {
            if isLetter(byte) || isDigit(byte) || "-._~+@=,".utf8.contains(byte) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += digits.utf8.count == 1 ? "%0\(digits)" : "%\(digits)"
            }
        }
        return result
    }

    private static func decoded(_ bytes: Bytes) -> Bytes {
        var (result, place) = (Bytes(), 0)
        while place < bytes.count {
            if bytes[place] == UInt8(ascii: "%"), place + 2 < bytes.count,
                bytes[place + 1] != UInt8(ascii: "+"),
                let byte = UInt8(text(Array(bytes[(place + 1)...(place + 2)])), radix: 16)
            {
                result.append(byte)
                place += 3
            } else {
                result.append(bytes[place])
                place += 1
            }
        }
        return result
    }

    private static func text(_ bytes: Bytes) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func isLetter(_ byte: UInt8) -> Bool {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
    }
}
