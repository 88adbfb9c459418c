/// The look of each role.
///
/// A theme is written once, in any colours, and reduced to the terminal's: true colour, the 256 of
/// xterm, sixteen, or attributes only.
public struct Theme: Hashable, Sendable {
    /// Whether a theme is made for a dark or a light background.
    public enum Appearance: String, Hashable, Sendable, CaseIterable {
        /// Light text on dark.
        case dark
        /// Dark text on light.
        case light
    }

    /// The look of one role; nil means the terminal's own colour.
    public struct Entry: Hashable, Sendable {
        /// The text's colour.
        public var foreground: Color?
        /// The colour behind the text, and of the surface named after the role.
        public var background: Color?
        /// Attributes added to the text.
        public var attributes: Attributes

        /// An entry; by default the terminal's own look.
        public init(
            foreground: Color? = nil,
            background: Color? = nil,
            attributes: Attributes = []
        ) {
            self.foreground = foreground
            self.background = background
            self.attributes = attributes
        }
    }

    /// A style as a terminal takes it.
    public struct Paint: Hashable, Sendable {
        /// The text's colour.
        public let foreground: TerminalColor
        /// The colour behind it.
        public let background: TerminalColor
        /// The attributes.
        public let attributes: Attributes
    }

    /// The name of the theme.
    public let name: String
    /// The background it is made for.
    public let appearance: Appearance
    let entries: [Role: Entry]

    /// A theme from its entries; roles that are missing look like text.
    public init(name: String, appearance: Appearance, entries: [Role: Entry]) {
        self.name = name
        self.appearance = appearance
        self.entries = entries
    }

    /// The look of a role.
    public subscript(role: Role) -> Entry { entries[role] ?? Entry() }

    /// The look of a style on a terminal with a colour depth.
    public func paint(_ style: Style, colors depth: ColorDepth) -> Paint {
        if depth == .mono { return Self.monochrome(style) }
        let entry = self[style.role]
        let surface = self[style.surface]
        let isOnSurface = style.surface != .background
        let ownForeground = style.role == .text && isOnSurface ? surface.foreground : nil
        let foreground = ownForeground ?? entry.foreground ?? self[.text].foreground
        let background =
            isOnSurface
            ? surface.background ?? self[.background].background
            : entry.background ?? self[.background].background
        var attributes = style.attributes.union(entry.attributes)
        if isOnSurface { attributes.formUnion(surface.attributes) }
        if depth == .ansi16, isFaint(background, behind: foreground) {
            return Paint(
                foreground: .standard,
                background: .standard,
                attributes: attributes.union(.reverse)
            )
        }
        return Paint(
            foreground: foreground.reduced(to: depth),
            background: background.reduced(to: depth),
            attributes: attributes
        )
    }

    /// Whether a surface's colour among sixteen equals the text's or the background's, or is the
    /// bright black that terminals of eight colours do not have.
    private func isFaint(_ surface: Color?, behind foreground: Color?) -> Bool {
        let paper = self[.background].background
        guard let surface, surface != paper else { return false }
        let index = surface.nearestANSI
        return index == 8 || index == foreground?.nearestANSI || index == paper?.nearestANSI
    }

    /// The look by attributes only, the same for every theme.
    private static func monochrome(_ style: Style) -> Paint {
        var attributes = style.attributes
        switch style.role {
        case .muted, .border: attributes.insert(.dim)
        case .accent, .borderFocused, .warning, .error: attributes.insert(.bold)
        case .target: attributes.insert(.underline)
        default: break
        }
        switch style.surface {
        case .selection:
            attributes.insert(.reverse)
            // Dim reversed text is close to unreadable on most terminals.
            attributes.remove(.dim)
        case .target: attributes.insert(.underline)
        default: break
        }
        if style.role == .selection { attributes.insert(.reverse) }
        return Paint(foreground: .standard, background: .standard, attributes: attributes)
    }
}

extension Color? {
    fileprivate func reduced(to depth: ColorDepth) -> TerminalColor {
        guard let self else { return .standard }
        return switch depth {
        case .mono: .standard
        case .ansi16: .indexed(self.nearestANSI)
        case .indexed256: .indexed(self.nearestIndexed256)
        case .trueColor: .rgb(self)
        }
    }
}
