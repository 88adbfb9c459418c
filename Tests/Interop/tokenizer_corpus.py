"""Texts that are difficult for tokenizers, generated so that every run has the same."""
import random
import unicodedata

WORDS = (
    "the of and Hello WORLD don't I'll we'RE they'VE O'Neil naïve café straße résumé İstanbul foo_bar camelCase "
    "HTTPServer iOS x86_64 v2 3.14159 1,000,000 2024-12-31 0xDEADBEEF 1e-9 ½ ² Ⅷ ٣٤ १२३ 한국어 안녕하세요 파인튜닝 "
    "모델을 학습합니다 ㅋㅋㅋ 가나다라 日本語 東京都 中文字符 汉字 ひらがな カタカナ Привет мир Ελληνικά עברית العربية हिन्दी "
    "ไทย தமிழ் বাংলা ქართული Việt Nam 😀 👩‍👩‍👧‍👦 🏳️‍🌈 🇰🇷 ❤️ 👍🏽 … — – “quoted” ‘single’ «guillemets» ¿qué? ¡hola! "
    "€100 £5 ¥300 ₩1000 §5 © ® ™ ∑ ∫ ≤ → ░▒▓ ▁ ▁▁x ﬁ Ω K Å e\u0301 o\u0308 \u1112\u1161\u11ab\u1100\u116e\u11a8 "
    "a\u0323\u0307 q\u0307\u0323 '' '\u017f 's 'S '\u017ft"
).split(" ")
CODE = [
    "def f(x): return x**2", "for (int i = 0; i < n; ++i) {", "\tif err != nil {\n\t\treturn err\n\t}", "}",
    "SELECT * FROM t WHERE a='b';", "https://example.com/a?b=c&d=%20#e", "<div class=\"x\">&nbsp;</div>",
    "let x: [UInt8] = [0x00, 0xFF]", "{\"key\": [1, 2.5, null]}", "#!/usr/bin/env bash", "C:\\Users\\x\\file.txt",
    "a=1;b=2;;c", "// -------- comment ////////", "a\r\nb\r\n", "!!!???...", "--help --version", "\\u0041\\n",
]
SPACES = [" ", " ", " ", " ", "  ", "   ", "    ", "\t", "\n", "\n\n", "\r\n", " \n ", "\u00a0", "\u3000", "\u2003", "\u2028", "\x85", "\x0b", "", ""]
CONTROLS = ["\x00", "\x01", "\x07", "\x1b[31m", "\x7f", "\u200b", "\u200d", "\u202e", "\ufeff", "\ufffd", "\ue000", "\U000f0000"]
RANGES = [(0x20, 0x7F), (0xA0, 0x250), (0x370, 0x530), (0x590, 0x700), (0x900, 0xD00), (0xE00, 0xE80), (0x1100, 0x1200),
          (0x1E00, 0x2000), (0x2000, 0x2C00), (0x3000, 0x3400), (0x4E00, 0xA000), (0xAC00, 0xD7A4), (0xF900, 0x10000),
          (0x1D400, 0x1D800), (0x1F300, 0x1FA00), (0x20000, 0x20100), (0x2F800, 0x2FA20)]


# Of Unicode 14, since parts of the other libraries know only an older version.
TOO_NEW = "\u061d\u0c3c"


def _random_characters(chance):
    low, high = chance.choice(RANGES)
    characters = (chr(chance.randrange(low, high)) for _ in range(chance.randrange(1, 12)))
    return "".join(c for c in characters if unicodedata.category(c) != "Cn" and c not in TOO_NEW)


def corpus(count=20_000, seed=20_240_613):
    """`count` texts, each of a few parts of any kind."""
    chance = random.Random(seed)
    texts = []
    while len(texts) < count:
        text = ""
        for _ in range(chance.randrange(1, 14)):
            kind = chance.random()
            if kind < 0.62:
                part = chance.choice(WORDS)
            elif kind < 0.74:
                part = chance.choice(CODE)
            elif kind < 0.82:
                part = str(chance.randrange(10 ** chance.randrange(1, 15)))
            elif kind < 0.86:
                part = chance.choice(CONTROLS)
            else:
                part = _random_characters(chance)
            if chance.random() < 0.05:
                part = unicodedata.normalize("NFD", part)
            if chance.random() < 0.05:
                part = part.upper()
            text += part + chance.choice(SPACES)
        texts.append(text)
    return texts
