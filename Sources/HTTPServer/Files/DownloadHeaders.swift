/// The headers that name a file to its downloader.
package enum DownloadHeaders {
    /// The type of a file by its extension; never one that a browser executes.
    package static func type(of name: String) -> String {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        let ending = parts.count > 1 ? String(parts[parts.count - 1]).lowercased() : name
        if texts.contains(ending) { return "text/plain; charset=utf-8" }
        return types[ending] ?? "application/octet-stream"
    }

    /// The extensions that MLflow shows as text, and those whose own types browsers execute.
    private static let texts: Set<String> = [
        "txt", "log", "err", "cfg", "conf", "cnf", "cf", "ini", "properties", "prop", "hocon",
        "toml", "yaml", "yml", "xml", "json", "jsonl", "js", "mjs", "py", "py3", "csv", "tsv",
        "md", "rst", "ipynb", "MLmodel", "MLproject", "htm", "html", "xhtml", "shtml", "svg",
        "css", "xsl", "mht", "mhtml",
    ]

    private static let types = [
        "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif",
        "webp": "image/webp", "bmp": "image/bmp", "tif": "image/tiff", "tiff": "image/tiff",
        "pdf": "application/pdf", "zip": "application/zip", "tar": "application/x-tar",
        "wav": "audio/x-wav", "mp3": "audio/mpeg", "mp4": "video/mp4", "webm": "video/webm",
    ]

    /// `Content-Disposition` for a file of that name: browsers save the file without showing it.
    ///
    /// A name that is not ASCII is given in both forms, for older clients.
    ///
    /// Source: RFC 6266, and RFC 5987 for the second form.
    package static func disposition(of name: String) -> String {
        if name.utf8.allSatisfy({ $0 < 0x80 }) { return "attachment; filename=\(quoted(name))" }
        let ascii = String(name.unicodeScalars.filter(\.isASCII).map(Character.init))
        let plain = ascii.isEmpty || ascii.hasPrefix(".") ? "download\(ascii)" : ascii
        let encoded = name.utf8.map { byte -> String in
            isAttribute(byte) ? String(UnicodeScalar(byte)) : "%" + hex(byte)
        }
        return "attachment; filename=\(quoted(plain)); filename*=UTF-8''\(encoded.joined())"
    }

    /// A name, in quotes unless it is a token.
    private static func quoted(_ name: String) -> String {
        let isToken =
            !name.isEmpty && name.utf8.allSatisfy { isAttribute($0) || $0 == UInt8(ascii: "'") }
        if isToken { return name }
        let inner = name.unicodeScalars.map { scalar -> String in
            switch scalar {
            case "\"", "\\": "\\\(scalar)"
            // A header is one line.
            case _ where scalar.value < 0x20 || scalar.value == 0x7F: "_"
            default: String(scalar)
            }
        }
        return "\"\(inner.joined())\""
    }

    /// Whether a byte needs no escape in the second form.
    private static func isAttribute(_ byte: UInt8) -> Bool {
        let scalar = UnicodeScalar(byte)
        return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar)
            || ("0"..."9").contains(scalar) || "!#$&+-.^_`|~".unicodeScalars.contains(scalar)
    }

    private static func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return digits.count == 1 ? "0\(digits)" : digits
    }
}
