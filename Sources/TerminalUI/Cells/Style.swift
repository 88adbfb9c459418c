/// The meaning of a colour; a theme defines its look.
public enum Role: String, CaseIterable, Hashable, Sendable {
    /// Ordinary text.
    case text
    /// Secondary text: labels, hints, units.
    case muted
    /// Emphasized text: the active pane's name, keys, links.
    case accent
    /// Lines around panes.
    case border
    /// Lines around the pane that has the focus.
    case borderFocused
    /// The selected row, mostly as a surface.
    case selection
    /// Finished, healthy, better.
    case success
    /// Needs attention soon.
    case warning
    /// Failed, refused, worse.
    case error
    /// Lines of a chart, in order.
    case series1, series2, series3, series4, series5, series6
    /// Tokens a model is trained on.
    case target
    /// The screen behind everything.
    case background

    /// The role of a chart's line; roles repeat after six.
    public static func series(_ index: Int) -> Role {
        let roles: [Role] = [.series1, .series2, .series3, .series4, .series5, .series6]
        return roles[((index % roles.count) + roles.count) % roles.count]
    }
}

/// Attributes that every terminal has in some form.
public struct Attributes: OptionSet, Hashable, Sendable {
    /// The bits.
    public let rawValue: UInt8

    /// A set from its bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// Heavier, or brighter where there is no heavier face.
    public static let bold = Attributes(rawValue: 1)
    /// Fainter.
    public static let dim = Attributes(rawValue: 2)
    /// Text and surface exchanged.
    public static let reverse = Attributes(rawValue: 4)
    /// Underlined.
    public static let underline = Attributes(rawValue: 8)
}

/// The meaning of a cell's look; a theme and the terminal's colours define the actual look.
public struct Style: Hashable, Sendable {
    /// The text's role.
    public var role: Role
    /// The role of the surface behind the text, such as `.selection`.
    public var surface: Role
    /// Attributes on top of those of the theme.
    public var attributes: Attributes

    /// A style; `on` names the surface behind the text.
    public init(_ role: Role, on surface: Role = .background, _ attributes: Attributes = []) {
        self.role = role
        self.surface = surface
        self.attributes = attributes
    }

    /// Ordinary text on the ordinary background.
    public static let text = Style(.text)
    /// Secondary text.
    public static let muted = Style(.muted)
    /// Emphasized text.
    public static let accent = Style(.accent)
    /// Failed, refused, worse.
    public static let error = Style(.error)
    /// Finished, healthy, better.
    public static let success = Style(.success)
    /// Needs attention soon.
    public static let warning = Style(.warning)
    /// Ordinary text, bold.
    public static let strong = Style(.text, .bold)

    init(_ role: Role, _ attributes: Attributes) {
        self.init(role, on: .background, attributes)
    }

    /// The same text on another surface.
    public func on(_ surface: Role) -> Style {
        Style(role, on: surface, attributes)
    }

    /// The style with more attributes.
    public func with(_ attributes: Attributes) -> Style {
        Style(role, on: surface, self.attributes.union(attributes))
    }
}
