internal import Glibc

/// Splits the bytes of a program's output into lines.
///
/// A line ends with a line feed. One that is longer than the limit is cut into pieces. A carriage
/// return starts a line over, as on a terminal: what was there before is an update, of which the
/// last is appended every `updateInterval` seconds; the line is what was there at its end.
///
/// A line that is overwritten with blanks is cleared: an update without text tells it, and the state
/// that follows is appended in any case. Progress bars make room in this way for a line that the
/// program prints elsewhere, and then are painted as they are at that moment.
struct LineSplitter {
    private let stream: OutputLine.Stream
    private let limit: Int
    private let updateInterval: Double
    /// The bytes since the last line feed or carriage return.
    private var pending: [UInt8] = []
    /// What the last carriage return will overwrite, if more follows.
    private var overwritten: [UInt8] = []
    private var isOverwriting = false
    private var delivered: [UInt8] = []
    private var isCleared = false
    private var nextUpdate = -Double.infinity

    init(_ stream: OutputLine.Stream, limit: Int, updateInterval: Double) {
        self.stream = stream
        self.limit = limit
        self.updateInterval = updateInterval
    }

    /// Adds bytes that were printed at a time in seconds, and appends the lines that they complete.
    mutating func add(
        _ bytes: UnsafeRawBufferPointer,
        at time: Double,
        to lines: inout [OutputLine]
    ) {
        var start = 0
        var feed = Self.first(UInt8(ascii: "\n"), in: bytes, from: 0)
        var back = Self.first(UInt8(ascii: "\r"), in: bytes, from: 0)
        while start < bytes.count {
            let end = min(feed, back)
            append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), to: &lines)
            start = end + 1
            if end == feed, end < bytes.count {
                endLine(to: &lines)
                feed = Self.first(UInt8(ascii: "\n"), in: bytes, from: start)
            } else if end < bytes.count {
                startOver(to: &lines)
                back = Self.first(UInt8(ascii: "\r"), in: bytes, from: start)
            }
        }
        update(at: time, isIdle: false, to: &lines)
    }

    /// Appends the present state of a line that is being overwritten, if it is time.
    ///
    /// - Parameter isIdle: Whether nothing follows for now, so that what was printed is complete.
    mutating func update(at time: Double, isIdle: Bool, to lines: inout [OutputLine]) {
        if isCleared, isIdle { deliverCleared(pending, to: &lines) }
        guard isOverwriting, time >= nextUpdate else { return }
        let state = isIdle && !pending.isEmpty ? pending : overwritten
        guard !state.isEmpty, state != delivered else { return }
        delivered = state
        nextUpdate = time + updateInterval
        lines.append(OutputLine(stream, ControlSequences.removed(from: state), isUpdate: true))
    }

    /// Appends a last line without an end.
    mutating func finish(to lines: inout [OutputLine]) {
        if !pending.isEmpty || !overwritten.isEmpty { endLine(to: &lines) }
    }

    /// The place of a byte; the number of bytes if it is not there.
    private static func first(
        _ byte: UInt8,
        in bytes: UnsafeRawBufferPointer,
        from start: Int
    ) -> Int {
        guard let base = bytes.baseAddress, start < bytes.count,
            let found = memchr(base + start, Int32(byte), bytes.count - start)
        else { return bytes.count }
        return UnsafeRawPointer(found) - base
    }

    private mutating func append(
        _ bytes: UnsafeRawBufferPointer,
        to lines: inout [OutputLine]
    ) {
        var rest = bytes[...]
        while pending.count + rest.count > limit {
            let count = limit - pending.count
            pending += rest.prefix(count)
            rest = rest.dropFirst(count)
            let whole = Self.wholeCharacters(pending)
            let cut = Array(pending[whole...])
            pending.removeSubrange(whole...)
            endLine(to: &lines)
            pending = cut
        }
        pending += rest
    }

    private mutating func startOver(to lines: inout [OutputLine]) {
        isOverwriting = true
        if !pending.isEmpty {
            if isCleared { deliverCleared(pending, to: &lines) }
            if pending.allSatisfy({ $0 == UInt8(ascii: " ") }) { isCleared = true }
            swap(&pending, &overwritten)
        }
        pending.removeAll(keepingCapacity: true)
    }

    /// Appends the first state of a line that was cleared, unless it shows nothing yet.
    private mutating func deliverCleared(_ state: [UInt8], to lines: inout [OutputLine]) {
        let text = ControlSequences.removed(from: state)
        guard tellClear(before: text, to: &lines) else { return }
        delivered = state
        lines.append(OutputLine(stream, text, isUpdate: true))
    }

    /// Appends an update without text before a text that follows a clear; false if it shows nothing.
    private mutating func tellClear(before text: String, to lines: inout [OutputLine]) -> Bool {
        guard text.contains(where: { $0 != " " }) else { return false }
        isCleared = false
        lines.append(OutputLine(stream, "", isUpdate: true))
        return true
    }

    private mutating func endLine(to lines: inout [OutputLine]) {
        // A carriage return before the line feed overwrites nothing.
        let text = ControlSequences.removed(from: pending.isEmpty ? overwritten : pending)
        pending.removeAll(keepingCapacity: true)
        overwritten.removeAll(keepingCapacity: true)
        delivered = []
        isOverwriting = false
        if isCleared { _ = tellClear(before: text, to: &lines) }
        lines.append(OutputLine(stream, text))
    }

    /// The number of bytes before a character that is cut off at the end.
    private static func wholeCharacters(_ bytes: [UInt8]) -> Int {
        var start = bytes.count
        while start > 0, bytes.count - start < 4 {
            start -= 1
            let byte = bytes[start]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte < 0xC0 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            return start + length > bytes.count ? start : bytes.count
        }
        return bytes.count
    }
}
