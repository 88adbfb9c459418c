/// A text that looks like a secret.
struct Secret: Equatable {
    /// Its kind, with an article.
    let kind: String
    /// Its first characters.
    let masked: String
}

/// Finds what must not be in training data: keys, tokens, passwords, personal numbers.
///
/// A key is found by its maker's prefix and the characters that follow; words with the same
/// beginning contain no digits.
enum SecretFinder {
    private struct Form {
        let kind: String
        let start: [UInt8]
        let fewest: Int
        var isUpper = false

        init(_ kind: String, _ start: String, _ fewest: Int, isUpper: Bool = false) {
            self.kind = kind
            self.start = Array(start.utf8)
            self.fewest = fewest
            self.isUpper = isUpper
        }

        func allows(_ byte: UInt8) -> Bool {
            if isUpper { return byte.isUpper || byte.isDigit }
            return byte.isWordByte || byte == UInt8(ascii: "-")
        }
    }

    private static let forms = [
        Form("an AWS key", "AKIA", 16, isUpper: true),
        Form("an AWS key", "ASIA", 16, isUpper: true),
        Form("a GitHub token", "ghp_", 36), Form("a GitHub token", "gho_", 36),
        Form("a GitHub token", "ghs_", 36), Form("a GitHub token", "github_pat_", 22),
        Form("a GitLab token", "glpat-", 20),
        Form("an API key", "sk-", 20), Form("an API key", "sk_live_", 16),
        Form("a Hugging Face token", "hf_", 30), Form("a Google key", "AIza", 35),
        Form("a Slack token", "xoxb-", 10), Form("a Slack token", "xoxp-", 10),
    ]
    private static let keyStart = Array("-----BEGIN ".utf8)
    private static let keyEnd = Array("PRIVATE KEY-----".utf8)
    private static let webToken = Array("eyJ".utf8)
    /// Words for a password that precede it.
    private static let passwordWords = ["password", "passwd", "pwd", "비밀번호", "비번", "암호"]
        .map { Array($0.utf8) }

    /// The secrets of a text, at most one of each kind.
    static func secrets(in text: String) -> [Secret] {
        var text = text
        return text.withUTF8 { bytes in
            var secrets: [Secret] = []
            func add(_ kind: String, _ range: Range<Int>) {
                guard !secrets.contains(where: { $0.kind == kind }) else { return }
                let shown = bytes[range].prefix(6)
                secrets.append(
                    Secret(kind: kind, masked: String(decoding: shown, as: UTF8.self) + "…")
                )
            }
            for place in bytes.indices where place == 0 || !bytes[place - 1].isWordByte {
                switch bytes[place] {
                case UInt8(ascii: "-"):
                    if let range = privateKey(in: bytes, at: place) { add("a private key", range) }
                case UInt8(ascii: "e"):
                    if let range = webToken(in: bytes, at: place) { add("a web token", range) }
                case UInt8(ascii: "0")...UInt8(ascii: "9"):
                    if let range = residentNumber(in: bytes, at: place) {
                        add("a resident registration number", range)
                    }
                case UInt8(ascii: "@"): break
                default: break
                }
                for form in forms where form.start[0] == bytes[place] {
                    if let range = key(form, in: bytes, at: place) { add(form.kind, range) }
                }
            }
            for place in bytes.indices where bytes[place] == UInt8(ascii: "@") {
                if let range = login(in: bytes, at: place) {
                    add("an e-mail and its password", range)
                }
            }
            return secrets
        }
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private static func key(_ form: Form, in bytes: Bytes, at place: Int) -> Range<Int>? {
        guard bytes[place...].starts(with: form.start) else { return nil }
        let start = place + form.start.count
        let end = bytes[start...].firstIndex { !form.allows($0) } ?? bytes.count
        let digits = bytes[start..<end].count(where: \.isDigit)
        return end - start >= form.fewest && digits >= 2 ? place..<end : nil
    }

    private static func privateKey(in bytes: Bytes, at place: Int) -> Range<Int>? {
        guard bytes[place...].starts(with: keyStart) else { return nil }
        let line = bytes[place..<min(bytes.count, place + 60)]
        let isPrivate = line.indices.contains { line[$0...].starts(with: keyEnd) }
        return isPrivate ? place + keyStart.count..<place + keyStart.count + 6 : nil
    }

    /// Three parts in base 64, separated by points, the first two of them JSON.
    private static func webToken(in bytes: Bytes, at place: Int) -> Range<Int>? {
        guard bytes[place...].starts(with: webToken) else { return nil }
        let end =
            bytes[place...].firstIndex {
                !$0.isWordByte && $0 != UInt8(ascii: "-") && $0 != UInt8(ascii: ".")
            } ?? bytes.count
        let parts = bytes[place..<end].split(separator: UInt8(ascii: "."))
        guard parts.count == 3, parts[1].starts(with: webToken), parts[2].count >= 16 else {
            return nil
        }
        return place..<end
    }

    /// A Korean resident registration number: a date of birth, a hyphen, seven digits.
    private static func residentNumber(in bytes: Bytes, at place: Int) -> Range<Int>? {
        guard place + 14 <= bytes.count, bytes[place + 6] == UInt8(ascii: "-"),
            place + 14 == bytes.count || !bytes[place + 14].isWordByte
        else { return nil }
        let digits = bytes[place..<place + 14].enumerated().filter { $0.offset != 6 }.map(\.element)
        guard digits.allSatisfy(\.isDigit) else { return nil }
        let numbers = digits.map { Int($0) - 48 }
        let month = numbers[2] * 10 + numbers[3]
        let day = numbers[4] * 10 + numbers[5]
        guard 1...12 ~= month, 1...31 ~= day, 1...8 ~= numbers[6] else { return nil }
        return place..<place + 14
    }

    /// An address, soon followed by a word for a password and a value.
    private static func login(in bytes: Bytes, at sign: Int) -> Range<Int>? {
        var start = sign
        while start > 0, bytes[start - 1].isAddressByte { start -= 1 }
        let end = bytes[(sign + 1)...].firstIndex { !$0.isAddressByte } ?? bytes.count
        guard start < sign, bytes[(sign + 1)..<end].contains(UInt8(ascii: ".")) else { return nil }
        let window = bytes[end..<min(bytes.count, end + 60)].map { $0.isUpper ? $0 | 0x20 : $0 }
        for word in passwordWords {
            for place in window.indices where window[place...].starts(with: word) {
                let rest = window[(place + word.count)...].drop { $0 == UInt8(ascii: " ") }
                guard let mark = rest.first, mark == UInt8(ascii: ":") || mark == UInt8(ascii: "=")
                else { continue }
                let value = rest.dropFirst().drop { $0 == UInt8(ascii: " ") }
                if value.prefix(4).count == 4 { return start..<end }
            }
        }
        return nil
    }
}

extension UInt8 {
    fileprivate var isUpper: Bool { 0x41...0x5A ~= self }
    fileprivate var isDigit: Bool { 0x30...0x39 ~= self }
    /// An ASCII letter, digit or underscore.
    fileprivate var isWordByte: Bool {
        isDigit || 0x41...0x5A ~= self || 0x61...0x7A ~= self || self == UInt8(ascii: "_")
    }
    fileprivate var isAddressByte: Bool {
        isWordByte || self == UInt8(ascii: ".") || self == UInt8(ascii: "-")
            || self == UInt8(ascii: "+")
    }
}
