import Screens
import TerminalNcurses
import TerminalUI

/// The ncurses driver as the terminal of a screen.
final class ScreenTerminal: Terminal {
    private let driver: NcursesTerminal

    init() throws {
        driver = try NcursesTerminal()
    }

    var size: Size { driver.size }
    var capabilities: Capabilities { driver.capabilities }

    var wake: @Sendable () -> Void {
        let waker = driver.waker
        return { waker.wake() }
    }

    func present(_ cells: CellBuffer, cursor: Point?, theme: Theme) {
        driver.present(cells, cursor: cursor, theme: theme)
    }

    func readEvents(timeout: Duration?) -> [InputEvent] { driver.readEvents(timeout: timeout) }
    func setTitle(_ title: String) { driver.setTitle(title) }
    func bell() { driver.ringBell() }
    func copy(_ text: String) { _ = driver.copy(text) }
    func setMouse(_ isOn: Bool) { driver.setMouse(isOn) }
    func suspend() { driver.suspend() }

    /// Restores the terminal.
    func close() { driver.close() }

    /// Restores the terminal, if one is open, before the process ends.
    static func restoreBeforeEnd() { NcursesTerminal.restoreBeforeEnd() }
}
