/// Decodes bytes from a terminal into events, however they are split into reads.
///
/// Understands the sequences of xterm and compatible terminals, in either cursor-key mode: UTF-8,
/// control bytes, alt as a leading escape, CSI and SS3 keys with modifiers, `CSI u`, SGR mouse
/// reports, bracketed paste and focus reports. Unknown sequences are dropped as a whole, so that no
/// part of them is taken for a key.
public struct InputDecoder: Sendable {
    private var pending: [UInt8] = []
    private var pasted: [UInt8]?
    private static let pasteEnd: [UInt8] = Array("\u{1B}[201~".utf8)

    /// A decoder with nothing pending.
    public init() {}

    /// Whether an incomplete sequence is pending; after some 25 ms, call ``flush()``.
    public var isPending: Bool { !pending.isEmpty && pasted == nil }

    /// Decodes bytes and returns the events that are complete.
    public mutating func feed(_ bytes: some Sequence<UInt8>) -> [InputEvent] {
        pending.append(contentsOf: bytes)
        return drain(isFinal: false)
    }

    /// Decodes the pending bytes as they are: a single escape is the escape key.
    public mutating func flush() -> [InputEvent] {
        guard pasted == nil else { return [] }
        return drain(isFinal: true)
    }

    private mutating func drain(isFinal: Bool) -> [InputEvent] {
        var events: [InputEvent] = []
        var start = 0
        while start < pending.count {
            if pasted != nil {
                guard let end = collectPaste(from: &start) else { break }
                events.append(end)
                continue
            }
            guard let step = step(at: start, isFinal: isFinal) else { break }
            start += step.length
            if step.startsPaste { pasted = [] }
            if let event = step.event { events.append(event) }
        }
        pending.removeFirst(min(start, pending.count))
        return events
    }

    /// Collects the bytes of a paste, and returns it once its end has arrived.
    private mutating func collectPaste(from start: inout Int) -> InputEvent? {
        let rest = pending[start...]
        var index = rest.startIndex
        while let escape = rest[index...].firstIndex(of: 0x1B) {
            let tail = rest[escape...].prefix(Self.pasteEnd.count)
            if tail.elementsEqual(Self.pasteEnd) {
                let bytes = (pasted ?? []) + rest[..<escape]
                pasted = nil
                start = escape + Self.pasteEnd.count
                return .paste(Self.text(bytes))
            }
            if Self.pasteEnd.starts(with: tail) {
                pasted?.append(contentsOf: rest[..<escape])
                start = escape
                return nil
            }
            index = escape + 1
        }
        pasted?.append(contentsOf: rest)
        start = pending.count
        return nil
    }

    /// Terminals send a pasted newline as a carriage return.
    private static func text(_ bytes: [UInt8]) -> String {
        var text = ""
        for character in String(decoding: bytes, as: UTF8.self) {
            text.append(character == "\r\n" || character == "\r" ? "\n" : character)
        }
        return text
    }

    private struct Step {
        let length: Int
        var event: InputEvent?
        var startsPaste = false
    }

    /// The event that starts at a byte; nil while more bytes are needed.
    private func step(at start: Int, isFinal: Bool) -> Step? {
        let byte = pending[start]
        guard byte == 0x1B else { return plain(at: start, isFinal: isFinal, modifiers: []) }
        guard start + 1 < pending.count else {
            return isFinal ? Step(length: 1, event: .key(.escape)) : nil
        }
        switch pending[start + 1] {
        case UInt8(ascii: "["):
            return controlSequence(at: start, isFinal: isFinal)
        case UInt8(ascii: "O"):
            return shiftSequence(at: start, isFinal: isFinal)
        case UInt8(ascii: "]"), UInt8(ascii: "P"), UInt8(ascii: "_"), UInt8(ascii: "^"):
            return string(at: start, isFinal: isFinal)
        case 0x1B:
            // Two escapes in a row are two presses, never alt and escape.
            return Step(length: 1, event: .key(.escape))
        default:
            guard let rest = plain(at: start + 1, isFinal: isFinal, modifiers: .alt) else {
                return nil
            }
            return Step(length: rest.length + 1, event: rest.event)
        }
    }

    private func plain(at start: Int, isFinal: Bool, modifiers: Key.Modifiers) -> Step? {
        let byte = pending[start]
        if let key = Self.control(byte, modifiers) { return Step(length: 1, event: .key(key)) }
        let length = byte < 0x80 ? 1 : byte >= 0xF0 ? 4 : byte >= 0xE0 ? 3 : byte >= 0xC0 ? 2 : 1
        guard start + length <= pending.count else {
            return isFinal ? Step(length: pending.count - start) : nil
        }
        let bytes = pending[start..<start + length]
        guard let text = String(validating: bytes, as: UTF8.self), let character = text.first,
            text.count == 1
        else { return Step(length: 1) }
        return Step(length: length, event: .key(Key(character, modifiers)))
    }

    private static func control(_ byte: UInt8, _ modifiers: Key.Modifiers) -> Key? {
        switch byte {
        case 0x0D, 0x0A: Key(.enter, modifiers)
        case 0x09: Key(.tab, modifiers)
        case 0x7F, 0x08: Key(.backspace, modifiers)
        case 0x00: Key(" ", modifiers.union(.control))
        case 0x01...0x1A:
            Key(Character(UnicodeScalar(byte + 0x60)), modifiers.union(.control))
        case 0x1C...0x1F:
            Key(Character(UnicodeScalar(byte + 0x40)), modifiers.union(.control))
        default: nil
        }
    }

    /// OSC, DCS and the like: unrequested replies, up to BEL or ST.
    private func string(at start: Int, isFinal: Bool) -> Step? {
        var index = start + 2
        while index < pending.count {
            if pending[index] == 0x07 { return Step(length: index + 1 - start) }
            if pending[index] == 0x1B, index + 1 < pending.count {
                let isEnd = pending[index + 1] == UInt8(ascii: "\\")
                return Step(length: index + (isEnd ? 2 : 0) - start)
            }
            index += 1
        }
        // Without anything after it, it is alt and the character.
        guard isFinal else { return nil }
        guard pending.count == start + 2 else { return Step(length: pending.count - start) }
        let character = Character(UnicodeScalar(pending[start + 1]))
        return Step(length: 2, event: .key(.alt(character)))
    }

    private func shiftSequence(at start: Int, isFinal: Bool) -> Step? {
        guard start + 2 < pending.count else {
            return isFinal ? Step(length: 2, event: .key(.alt("O"))) : nil
        }
        let code = ControlSequence.code(final: pending[start + 2], isShiftSequence: true)
        return Step(length: 3, event: code.map { .key(Key($0)) })
    }

    private func controlSequence(at start: Int, isFinal: Bool) -> Step? {
        var index = start + 2
        // The Linux console's F1 to F5: ESC [ [ A.
        if index + 1 < pending.count, pending[index] == UInt8(ascii: "[") {
            let number = Int(pending[index + 1]) - 0x40
            let isKey = (1...5).contains(number)
            return Step(length: 4, event: isKey ? .key(.function(number)) : nil)
        }
        while index < pending.count, (0x20...0x3F).contains(pending[index]) { index += 1 }
        guard index < pending.count else {
            guard isFinal else { return nil }
            let isAlone = pending.count == start + 2
            return Step(length: pending.count - start, event: isAlone ? .key(.alt("[")) : nil)
        }
        let final = pending[index]
        if final == UInt8(ascii: "M"), index == start + 2 {
            return legacyMouse(at: start, isFinal: isFinal)
        }
        // Not a sequence: the rest is decoded on its own.
        guard (0x40...0x7E).contains(final) else { return Step(length: index - start) }
        let sequence = ControlSequence(parameters: pending[start + 2..<index], final: final)
        let startsPaste = sequence.isPasteStart
        return Step(
            length: index + 1 - start,
            event: startsPaste ? nil : sequence.event,
            startsPaste: startsPaste
        )
    }

    /// The report of terminals without SGR: three bytes after `ESC [ M`, each 32 too large.
    private func legacyMouse(at start: Int, isFinal: Bool) -> Step? {
        guard start + 6 <= pending.count else {
            return isFinal ? Step(length: pending.count - start) : nil
        }
        let values = pending[start + 3..<start + 6].map { max(0, Int($0) - 32) }
        // Button 3 is the release of any button.
        let isRelease = values[0] & 3 == 3 && values[0] < 32
        let button = isRelease ? values[0] & ~3 : values[0]
        let report = "<\(button);\(values[1]);\(values[2])"
        let sequence = ControlSequence(
            parameters: Array(report.utf8)[...],
            final: UInt8(ascii: isRelease ? "m" : "M")
        )
        return Step(length: 6, event: sequence.event)
    }
}
