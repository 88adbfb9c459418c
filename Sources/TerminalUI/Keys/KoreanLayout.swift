/// The two-set Korean keyboard (KS X 5002), to find the Latin key under a typed jamo.
///
/// With a Korean input method on, the key `q` arrives as `ㅂ`; outside text fields it still means
/// `q`.
public enum KoreanLayout {
    private static let keys: [Character: Character] = [
        "ㅂ": "q", "ㅈ": "w", "ㄷ": "e", "ㄱ": "r", "ㅅ": "t", "ㅛ": "y", "ㅕ": "u", "ㅑ": "i",
        "ㅐ": "o", "ㅔ": "p", "ㅁ": "a", "ㄴ": "s", "ㅇ": "d", "ㄹ": "f", "ㅎ": "g", "ㅗ": "h",
        "ㅓ": "j", "ㅏ": "k", "ㅣ": "l", "ㅋ": "z", "ㅌ": "x", "ㅊ": "c", "ㅍ": "v", "ㅠ": "b",
        "ㅜ": "n", "ㅡ": "m", "ㅃ": "Q", "ㅉ": "W", "ㄸ": "E", "ㄲ": "R", "ㅆ": "T", "ㅒ": "O",
        "ㅖ": "P",
    ]
    private static let compounds: [Character: String] = [
        "ㅘ": "hk", "ㅙ": "ho", "ㅚ": "hl", "ㅝ": "nj", "ㅞ": "np", "ㅟ": "nl", "ㅢ": "ml",
        "ㄳ": "rt", "ㄵ": "sw", "ㄶ": "sg", "ㄺ": "fr", "ㄻ": "fa", "ㄼ": "fq", "ㄽ": "ft",
        "ㄾ": "fx", "ㄿ": "fv", "ㅀ": "fg", "ㅄ": "qt",
    ]
    private static let leading = Array("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")
    private static let vowels = Array("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")
    private static let trailing = Array("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")

    /// The Latin keys that type a jamo or a syllable; nil for anything that is not Hangul.
    public static func latinKeys(for character: Character) -> String? {
        if let key = keys[character] { return String(key) }
        if let pair = compounds[character] { return pair }
        guard let scalar = character.unicodeScalars.first, character.unicodeScalars.count == 1,
            scalar.value >= 0xAC00, scalar.value <= 0xD7A3
        else { return nil }
        let offset = Int(scalar.value) - 0xAC00
        var jamo = [leading[offset / 588], vowels[offset % 588 / 28]]
        if offset % 28 > 0 { jamo.append(trailing[offset % 28 - 1]) }
        return jamo.compactMap(latinKeys(for:)).joined()
    }
}

extension Key {
    /// The Latin keys of a Hangul character, else the key itself.
    public var latinKeys: [Key] {
        guard case .character(let character) = code,
            let keys = KoreanLayout.latinKeys(for: character)
        else { return [self] }
        return keys.map { Key($0, modifiers) }
    }
}
