/// A colour of a theme: sRGB with 8 bits per channel.
public struct Color: Hashable, Sendable {
    /// Red, green and blue, 0…255.
    public let red, green, blue: UInt8

    /// A colour from its channels.
    public init(red: UInt8, green: UInt8, blue: UInt8) {
        self.red = red
        self.green = green
        self.blue = blue
    }

    /// A colour written `#rrggbb` or `#rgb`; nil for any other text.
    public init?(hex: String) {
        guard hex.first == "#" else { return nil }
        var digits = String(hex.dropFirst())
        if digits.utf8.count == 3 { digits = digits.map { "\($0)\($0)" }.joined() }
        guard digits.utf8.count == 6, digits.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }),
            let value = UInt32(digits, radix: 16)
        else { return nil }
        self.init(
            red: UInt8(value >> 16),
            green: UInt8(value >> 8 & 0xFF),
            blue: UInt8(value & 0xFF)
        )
    }

    /// The colour of an entry of xterm's palette.
    ///
    /// The first sixteen are the usual defaults; users change them.
    static func xterm(_ index: UInt8) -> Color {
        switch index {
        case 0..<16:
            return ansi[Int(index)]
        case 16..<232:
            let levels: [UInt8] = [0, 95, 135, 175, 215, 255]
            let cube = Int(index) - 16
            return Color(
                red: levels[cube / 36],
                green: levels[cube / 6 % 6],
                blue: levels[cube % 6]
            )
        default:
            let grey = 8 + (index - 232) * 10
            return Color(red: grey, green: grey, blue: grey)
        }
    }

    private static let ansi: [Color] = [
        (0, 0, 0), (205, 0, 0), (0, 205, 0), (205, 205, 0),
        (0, 0, 238), (205, 0, 205), (0, 205, 205), (229, 229, 229),
        (127, 127, 127), (255, 0, 0), (0, 255, 0), (255, 255, 0),
        (92, 92, 255), (255, 0, 255), (0, 255, 255), (255, 255, 255),
    ].map { Color(red: $0, green: $1, blue: $2) }
}

/// A colour of a terminal.
public enum TerminalColor: Hashable, Sendable {
    /// The terminal's own foreground or background.
    case standard
    /// An entry of the palette, 0…255.
    case indexed(UInt8)
    /// Any colour.
    case rgb(Color)
}
