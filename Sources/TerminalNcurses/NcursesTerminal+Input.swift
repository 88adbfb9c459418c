internal import CNcurses
internal import Glibc
public import TerminalUI

extension NcursesTerminal {
    /// The milliseconds for which an escape waits for the rest of a sequence.
    private static let escapeDelay: Int32 = 25

    /// Waits for events and returns them, or none after the timeout.
    ///
    /// Without a timeout it sleeps until there is an event. After `.hangUp` the terminal is no longer
    /// read, and only ``waker`` and signals end the wait.
    public func readEvents(timeout: Duration? = nil) -> [InputEvent] {
        let clock = ContinuousClock()
        let deadline = timeout.map { clock.now + $0 }
        while true {
            if !queued.isEmpty {
                defer { queued = [] }
                return queued
            }
            let left = deadline.map { max(.zero, $0 - clock.now) }
            let isEscape = decoder.isPending
            let wait = Self.milliseconds(left)
            let isReady = poll(for: isEscape ? Self.shorter(wait, Self.escapeDelay) : wait)
            var events: [InputEvent] = []
            if isReady.wake, waker.take() { events += takeRequests() }
            if isReady.input {
                events += readInput()
            } else if isEscape, !isReady.wake {
                events += decoder.flush()
            }
            if !events.isEmpty { return events }
            if let deadline, clock.now >= deadline { return [] }
        }
    }

    private func poll(for milliseconds: Int32) -> (input: Bool, wake: Bool) {
        var descriptors = [
            // A negative descriptor is skipped.
            pollfd(fd: isHungUp ? -1 : STDIN_FILENO, events: Int16(POLLIN), revents: 0),
            pollfd(fd: waker.descriptor, events: Int16(POLLIN), revents: 0),
        ]
        guard Glibc.poll(&descriptors, 2, milliseconds) > 0 else { return (false, false) }
        return (descriptors[0].revents != 0, descriptors[1].revents != 0)
    }

    private func readInput() -> [InputEvent] {
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(STDIN_FILENO, &buffer, buffer.count)
        if count > 0 { return decoder.feed(buffer[..<count]) }
        if count < 0, errno == EINTR || errno == EAGAIN { return [] }
        // End of file or EIO: the terminal is gone.
        return hangUp()
    }

    private func hangUp() -> [InputEvent] {
        guard !isHungUp else { return [] }
        isHungUp = true
        guard_forget()
        return [.hangUp]
    }

    /// The requests of signals and other threads as events.
    private func takeRequests() -> [InputEvent] {
        let requests = guard_take_requests()
        var events: [InputEvent] = []
        if requests.suspend {
            suspend()
        } else if requests.resumed {
            // Stopped without leaving the screen, or continued after suspend().
            resume(withMouse: hasMouse)
        }
        events += queued
        queued = []
        if requests.resize || !events.isEmpty, let size = adoptSize() {
            events.append(.resize(size))
        }
        if requests.hang_up { events += hangUp() }
        if requests.terminate { events.append(.terminate) }
        return events.isEmpty ? [.wake] : events
    }

    /// Gives curses the terminal's current size; nil if it is unknown or unchanged.
    private func adoptSize() -> Size? {
        var window = winsize()
        guard ioctl(STDIN_FILENO, UInt(TIOCGWINSZ), &window) == 0, window.ws_row > 0,
            window.ws_col > 0
        else { return nil }
        let former = size
        let now = Size(width: Int(window.ws_col), height: Int(window.ws_row))
        guard now != former else { return nil }
        resize_term(Int32(now.height), Int32(now.width))
        painter.forgetScreen()
        return size
    }

    private static func milliseconds(_ duration: Duration?) -> Int32 {
        guard let duration else { return -1 }
        let (seconds, attoseconds) = duration.components
        // Rounded up, to avoid a busy loop in the last millisecond.
        let milliseconds = seconds.multipliedReportingOverflow(by: 1000)
        let total =
            milliseconds.partialValue &+ (attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000
        return milliseconds.overflow ? .max : Int32(clamping: total)
    }

    private static func shorter(_ wait: Int32, _ limit: Int32) -> Int32 {
        wait < 0 ? limit : min(wait, limit)
    }
}
