/// The number of columns that text takes when drawn.
///
/// Widths are those of the drawn form (see ``Glyph``). Ambiguous characters take one column.
public enum DisplayWidth {
    /// The columns a text takes.
    public static func of(_ text: String) -> Int {
        var width = 0
        Glyph.forEach(in: text) { glyph in
            width += glyph.width
            return true
        }
        return width
    }

    /// The longest prefix of a text that fits into a width, in its drawn form.
    package static func prefix(
        of text: String,
        width: Int
    ) -> (text: String, width: Int, isWhole: Bool) {
        var kept = ""
        var used = 0
        var isWhole = true
        Glyph.forEach(in: text) { glyph in
            guard used + glyph.width <= width else {
                isWhole = false
                return false
            }
            kept += glyph.text
            used += glyph.width
            return true
        }
        return (kept, used, isWhole)
    }

    /// The columns of a scalar that starts a glyph.
    static func of(_ scalar: Unicode.Scalar) -> Int {
        guard scalar.value >= 0x1100 else { return 1 }
        var low = 0
        var high = wide.count
        while low < high {
            let middle = (low + high) / 2
            if wide[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
        }
        return low < wide.count && wide[low].contains(scalar.value) ? 2 : 1
    }
}
