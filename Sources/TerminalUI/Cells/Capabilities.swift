/// The capabilities of a terminal that drawing depends on.
public struct Capabilities: Hashable, Sendable {
    /// The glyphs it can show.
    public var glyphs: GlyphSet
    /// The colours it can show.
    public var colors: ColorDepth

    /// A terminal's capabilities; the defaults suit tests.
    public init(glyphs: GlyphSet = .braille, colors: ColorDepth = .indexed256) {
        self.glyphs = glyphs
        self.colors = colors
    }

    /// The capabilities of a terminal, derived from its environment.
    ///
    /// `colorCount` is terminfo's; `isUTF8` is whether the locale's encoding is UTF-8.
    /// `NO_COLOR`, when not empty, means no colours (no-color.org).
    public static func detect(
        environment: [String: String],
        colorCount: Int,
        isUTF8: Bool
    ) -> Capabilities {
        // The Linux console has 512 glyphs, and braille is not among them.
        let isConsole = environment["TERM"] == "linux"
        let glyphs: GlyphSet = !isUTF8 ? .ascii : isConsole ? .blocks : .braille
        if environment["NO_COLOR"].map({ !$0.isEmpty }) == true || colorCount < 8 {
            return Capabilities(glyphs: glyphs, colors: .mono)
        }
        return Capabilities(glyphs: glyphs, colors: colorCount >= 256 ? .indexed256 : .ansi16)
    }
}
