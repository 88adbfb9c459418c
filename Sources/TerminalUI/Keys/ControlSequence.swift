/// A CSI sequence: its parameters and the byte that ends it.
struct ControlSequence {
    private let prefix: UInt8?
    private let numbers: [Int]
    private let final: UInt8

    init(parameters: ArraySlice<UInt8>, final: UInt8) {
        var parameters = parameters
        if let first = parameters.first, (0x3C...0x3F).contains(first) {
            prefix = first
            parameters = parameters.dropFirst()
        } else {
            prefix = nil
        }
        numbers = parameters.split(separator: UInt8(ascii: ";"), omittingEmptySubsequences: false)
            .map { field in
                // Of colon-separated parts only the first matters here.
                let digits = field.prefix { (0x30...0x39).contains($0) }.prefix(6)
                return digits.reduce(0) { $0 * 10 + Int($1) - 0x30 }
            }
        self.final = final
    }

    var isPasteStart: Bool { final == UInt8(ascii: "~") && numbers.first == 200 }

    /// The event that it reports; nil for replies and other sequences that are not input.
    var event: InputEvent? {
        if prefix == UInt8(ascii: "<") { return mouse.map { .mouse($0) } }
        guard prefix == nil else { return nil }
        switch final {
        case UInt8(ascii: "I") where numbers == [0]: return .focus(true)
        case UInt8(ascii: "O") where numbers == [0]: return .focus(false)
        case UInt8(ascii: "Z"): return .key(.backTab)
        case UInt8(ascii: "~"):
            // xterm's modifyOtherKeys: CSI 27 ; modifiers ; code ~.
            if numbers.first == 27, numbers.count == 3 { return typed(numbers[2]) }
            return Self.editing(numbers.first ?? 0).map { .key(Key($0, modifiers)) }
        case UInt8(ascii: "u"): return typed(numbers.first ?? 0)
        default:
            return Self.code(final: final, isShiftSequence: false).map { .key(Key($0, modifiers)) }
        }
    }

    private var modifiers: Key.Modifiers {
        guard numbers.count > 1, numbers[1] > 0 else { return [] }
        let bits = numbers[1] - 1
        var modifiers: Key.Modifiers = []
        if bits & 1 != 0 { modifiers.insert(.shift) }
        if bits & 2 != 0 { modifiers.insert(.alt) }
        if bits & 4 != 0 { modifiers.insert(.control) }
        return modifiers
    }

    private func typed(_ code: Int) -> InputEvent? {
        switch code {
        case 13: return .key(Key(.enter, modifiers))
        case 27: return .key(Key(.escape, modifiers))
        case 9: return .key(Key(.tab, modifiers))
        case 127, 8: return .key(Key(.backspace, modifiers))
        default:
            guard code >= 32, let scalar = UInt32(exactly: code).flatMap(Unicode.Scalar.init) else {
                return nil
            }
            return .key(Key(Character(scalar), modifiers.subtracting(.shift)))
        }
    }

    private var mouse: MouseEvent? {
        guard numbers.count == 3 else { return nil }
        let button = numbers[0]
        let position = Point(x: max(0, numbers[1] - 1), y: max(0, numbers[2] - 1))
        var modifiers: Key.Modifiers = []
        if button & 4 != 0 { modifiers.insert(.shift) }
        if button & 8 != 0 { modifiers.insert(.alt) }
        if button & 16 != 0 { modifiers.insert(.control) }
        let isMotion = button & 32 != 0
        let isRelease = final == UInt8(ascii: "m")
        let kind: MouseEvent.Kind
        switch button & ~0x1C {
        case 0 where !isMotion: kind = isRelease ? .release : .press
        case 2 where !isMotion && !isRelease: kind = .secondary
        case 64: kind = .wheelUp
        case 65: kind = .wheelDown
        default: return nil
        }
        return MouseEvent(kind, at: position, modifiers: modifiers)
    }

    private static func editing(_ number: Int) -> Key.Code? {
        switch number {
        case 1, 7: .home
        case 2: .insert
        case 3: .delete
        case 4, 8: .end
        case 5: .pageUp
        case 6: .pageDown
        case 11...15: .function(number - 10)
        case 17...21: .function(number - 11)
        case 23, 24: .function(number - 12)
        default: nil
        }
    }

    /// The key of a letter that ends `CSI …` or follows `ESC O`.
    static func code(final: UInt8, isShiftSequence: Bool) -> Key.Code? {
        switch final {
        case UInt8(ascii: "A"): .up
        case UInt8(ascii: "B"): .down
        case UInt8(ascii: "C"): .right
        case UInt8(ascii: "D"): .left
        case UInt8(ascii: "H"): .home
        case UInt8(ascii: "F"): .end
        case UInt8(ascii: "P"): .function(1)
        case UInt8(ascii: "Q"): .function(2)
        // CSI R is also a cursor report, with another meaning of its numbers; F3 comes as SS3.
        case UInt8(ascii: "R") where isShiftSequence: .function(3)
        case UInt8(ascii: "S"): .function(4)
        case UInt8(ascii: "M") where isShiftSequence: .enter
        default: nil
        }
    }
}
