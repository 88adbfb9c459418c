extension CellBuffer {
    /// The text of each row without trailing blanks, joined by newlines: the form of golden tests.
    public func dump() -> String {
        (0..<size.height).map { row($0) }.joined(separator: "\n")
    }

    /// The text of one row without trailing blanks.
    public func row(_ y: Int) -> String {
        precondition(y >= 0 && y < size.height, "row \(y) is outside \(size)")
        var text = ""
        for cell in cells[y * size.width..<(y + 1) * size.width] { text += cell.text }
        while text.last == " " { text.removeLast() }
        return text
    }

    /// A second plane beside ``dump()``: a letter for each style, `.` for plain text, and a legend.
    public func dumpStyles() -> String {
        var letters: [Style: Character] = [.text: "."]
        var legend: [String] = []
        var alphabet = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")[...]
        var rows: [String] = []
        for y in 0..<size.height {
            var row = ""
            for cell in cells[y * size.width..<(y + 1) * size.width] {
                if letters[cell.style] == nil {
                    let letter = alphabet.popFirst() ?? "?"
                    letters[cell.style] = letter
                    legend.append("\(letter) \(cell.style)")
                }
                row.append(letters[cell.style] ?? "?")
            }
            while row.last == "." { row.removeLast() }
            rows.append(row)
        }
        return (rows + legend).joined(separator: "\n")
    }
}

extension Style: CustomStringConvertible {
    /// Role, surface and attributes, such as `success on selection bold`.
    public var description: String {
        var words = [role.rawValue]
        if surface != .background { words.append("on \(surface.rawValue)") }
        if attributes.contains(.bold) { words.append("bold") }
        if attributes.contains(.dim) { words.append("dim") }
        if attributes.contains(.reverse) { words.append("reverse") }
        if attributes.contains(.underline) { words.append("underline") }
        return words.joined(separator: " ")
    }
}
