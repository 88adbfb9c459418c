import Foundation
import TerminalUI
import Testing

@Suite("Themes")
struct ThemeTests {
    private static let folder = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "themes")

    private static func file(_ name: String) throws -> ThemeFile {
        let text = try String(
            contentsOf: folder.appending(path: "\(name).yaml"),
            encoding: .utf8
        )
        return ThemeFile(name: name, file: "\(name).yaml", text: text)
    }

    private func theme(_ text: String) throws -> Theme {
        try ThemeFile(name: "mine", file: "mine.yaml", text: text).theme { name in
            name == "dark" ? .dark : nil
        }
    }

    @Test("embeds the default themes, equal to the files")
    func embedded() throws {
        #expect(try Self.file("dark").text == ThemeFile.dark.text)
        #expect(try Self.file("light").text == ThemeFile.light.text)
    }

    @Test("ships themes that name every role", arguments: ["dark", "light", "high-contrast"])
    func complete(name: String) throws {
        let theme = try Self.file(name).theme { try Self.file($0) }
        #expect(theme.name == name)
        for role in Role.allCases {
            let entry = theme[role]
            #expect(entry.foreground != nil || entry.background != nil, "\(role)")
        }
        #expect(theme.appearance == (name == "light" ? .light : .dark))
    }

    @Test(
        "keeps roles distinct in every reduction that has colours",
        arguments: ["dark", "light", "high-contrast"],
        [ColorDepth.indexed256, .trueColor]
    )
    func distinct(name: String, depth: ColorDepth) throws {
        let theme = try Self.file(name).theme { try Self.file($0) }
        let series = (0..<6).map { theme.paint(Style(.series($0)), colors: depth).foreground }
        #expect(Set(series).count == 6)
        let states = [Role.success, .warning, .error].map {
            theme.paint(Style($0), colors: depth).foreground
        }
        #expect(Set(states).count == 3)
        let plain = theme.paint(.text, colors: depth)
        #expect(plain.foreground != plain.background)
        #expect(
            theme.paint(Style(.text, on: .selection), colors: depth).background != plain.background
        )
        #expect(theme.paint(Style(.target), colors: depth).background != plain.background)
    }

    @Test("starts from the theme it inherits, whose palette it may recolour")
    func inherits() throws {
        let mine = try theme(
            "inherits: dark\npalette:\n  sky: \"#123456\"\nroles:\n  muted: default\n"
        )
        let dark = try ThemeFile.dark.theme { _ in nil }
        #expect(mine[.text] == dark[.text])
        #expect(mine[.accent].foreground == Color(hex: "#123456"))
        #expect(mine[.muted].foreground == nil)
    }

    @Test("reports file and line of a mistake, and what to write instead")
    func mistakes() {
        func message(_ text: String) -> String {
            do {
                _ = try theme(text)
                return "no error"
            } catch { return "\(error)" }
        }
        #expect(
            message("roles:\n  text: \"#fff\"\n  txet: \"#fff\"\n").hasPrefix(
                "mine.yaml:3: 'txet' is not a role. hint: use one of text, muted,"
            )
        )
        #expect(
            message("roles:\n  text: blurple\n")
                == "mine.yaml:2: 'blurple' is not a colour. hint: write #rrggbb, `default` or a name from `palette`."
        )
        #expect(
            message("inherits: nowhere\n").hasPrefix("mine.yaml:1: there is no theme 'nowhere'.")
        )
        #expect(
            message("appearance: dusk\n").hasPrefix("mine.yaml:1: 'dusk' is not an appearance.")
        )
        #expect(message("roles:\n  text: [a\n").hasPrefix("mine.yaml:"))
        #expect(
            message("roles:\n  text: { foreground: \"#fff\", blink: true }\n").contains("'blink'")
        )
        #expect(message("").hasPrefix("mine.yaml:1: the theme is empty."))
    }

    @Test("refuses a theme that inherits from itself")
    func cycle() {
        let a = ThemeFile(name: "a", file: "a.yaml", text: "inherits: b")
        let b = ThemeFile(name: "b", file: "b.yaml", text: "inherits: a")
        #expect(throws: TerminalUIError.self) {
            try a.theme { $0 == "b" ? b : a }
        }
    }

    @Test(
        "reduces a colour to the nearest the terminal has",
        arguments: [
            ("#ff0000", 196, 9), ("#000000", 16, 0), ("#ffffff", 231, 15), ("#5fd7ff", 81, 6),
            ("#808080", 244, 8), ("#00cd00", 40, 2),
        ] as [(String, UInt8, UInt8)]
    )
    func reduces(hex: String, indexed: UInt8, ansi: UInt8) throws {
        let theme = try theme("roles:\n  text: \"\(hex)\"\n")
        #expect(theme.paint(.text, colors: .indexed256).foreground == .indexed(indexed))
        #expect(theme.paint(.text, colors: .ansi16).foreground == .indexed(ansi))
        #expect(theme.paint(.text, colors: .mono).foreground == .standard)
    }

    @Test(
        "reverses a surface that would be lost among sixteen colours",
        arguments: ["dark", "light", "high-contrast"]
    )
    func surfaces(name: String) throws {
        let theme = try Self.file(name).theme { try Self.file($0) }
        let plain = theme.paint(.text, colors: .ansi16)
        for style in [Style(.text, on: .selection), Style(.muted, on: .selection), Style(.target)] {
            let paint = theme.paint(style, colors: .ansi16)
            #expect(paint.background != plain.background || paint.attributes.contains(.reverse))
            #expect(paint.foreground != paint.background || paint.attributes.contains(.reverse))
        }
    }

    @Test("shows meaning by attributes only if there are no colours")
    func monochrome() throws {
        let dark = try ThemeFile.dark.theme { _ in nil }
        func attributes(_ style: Style) -> Attributes {
            dark.paint(style, colors: .mono).attributes
        }
        #expect(attributes(.text) == [])
        #expect(attributes(.muted) == .dim)
        #expect(attributes(.error) == .bold)
        #expect(attributes(Style(.target)) == .underline)
        #expect(attributes(Style(.muted, on: .selection)) == .reverse)
        #expect(dark.paint(Style(.error), colors: .mono).background == .standard)
    }

    @Test(
        "finds out what a terminal can do",
        arguments: [
            (["TERM": "xterm-256color"], 256, true, GlyphSet.braille, ColorDepth.indexed256),
            (["TERM": "xterm", "NO_COLOR": "1"], 256, true, .braille, .mono),
            (["TERM": "xterm", "NO_COLOR": ""], 8, true, .braille, .ansi16),
            (["TERM": "linux"], 8, true, .blocks, .ansi16),
            (["TERM": "vt100"], 0, false, .ascii, .mono),
        ]
    )
    func capabilities(
        environment: [String: String],
        colors: Int,
        isUTF8: Bool,
        glyphs: GlyphSet,
        depth: ColorDepth
    ) {
        let found = Capabilities.detect(
            environment: environment,
            colorCount: colors,
            isUTF8: isUTF8
        )
        #expect(found == Capabilities(glyphs: glyphs, colors: depth))
    }
}
