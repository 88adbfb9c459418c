public import TerminalUI

/// The terminal of a screen; used on one thread, except ``wake``.
public protocol Terminal: AnyObject {
    /// The screen's size.
    var size: Size { get }
    /// Its capabilities.
    var capabilities: Capabilities { get }
    /// Ends a wait in ``readEvents(timeout:)``; may be called on any thread.
    var wake: @Sendable () -> Void { get }
    /// Shows cells; only what changed is sent.
    func present(_ cells: CellBuffer, cursor: Point?, theme: Theme)
    /// Waits for input or a wake-up until the timeout; nil waits without one.
    func readEvents(timeout: Duration?) -> [InputEvent]
    /// Sets the title of the window.
    func setTitle(_ title: String)
    /// Rings the bell.
    func bell()
    /// Puts text on the clipboard.
    func copy(_ text: String)
    /// Reports the mouse, or leaves it to the terminal.
    func setMouse(_ isOn: Bool)
    /// Stops the process until it is continued.
    func suspend()
}
