#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// A colour in OKLab (Björn Ottosson, 2020), where distances are perceptual.
struct OKLab {
    let lightness: Float
    let a: Float
    let b: Float

    init(_ color: Color) {
        let red = Self.linear(color.red)
        let green = Self.linear(color.green)
        let blue = Self.linear(color.blue)
        let l = cbrtf(0.412_221_470_8 * red + 0.536_332_536_3 * green + 0.051_445_992_9 * blue)
        let m = cbrtf(0.211_903_498_2 * red + 0.680_699_545_1 * green + 0.107_396_956_6 * blue)
        let s = cbrtf(0.088_302_461_9 * red + 0.281_718_837_6 * green + 0.629_978_700_5 * blue)
        lightness = 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s
        a = 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s
        b = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s
    }

    /// The square of the distance, which has the same order as the distance.
    func distance(to other: OKLab) -> Float {
        let dl = lightness - other.lightness
        let da = a - other.a
        let db = b - other.b
        return dl * dl + da * da + db * db
    }

    private static func linear(_ channel: UInt8) -> Float {
        let value = Float(channel) / 255
        return value <= 0.040_45 ? value / 12.92 : powf((value + 0.055) / 1.055, 2.4)
    }
}

extension Color {
    /// The nearest entry of the fixed part of xterm's palette, 16…255.
    var nearestIndexed256: UInt8 { nearest(Self.fixedPalette) }

    /// The nearest of the sixteen colours every colour terminal has.
    var nearestANSI: UInt8 { nearest(Self.ansiPalette) }

    private func nearest(_ palette: [(index: UInt8, lab: OKLab)]) -> UInt8 {
        let own = OKLab(self)
        var best: (index: UInt8, distance: Float) = (0, .infinity)
        for entry in palette {
            let distance = own.distance(to: entry.lab)
            if distance < best.distance { best = (entry.index, distance) }
        }
        return best.index
    }

    private static let fixedPalette = (UInt8(16)...255).map {
        (index: $0, lab: OKLab(Color.xterm($0)))
    }
    private static let ansiPalette = (UInt8(0)..<16).map {
        (index: $0, lab: OKLab(Color.xterm($0)))
    }
}
