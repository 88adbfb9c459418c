package import TerminalUI

/// The parts of the screen that every pane shares: a bar, the pane's body, a footer.
package struct Frame: Equatable, Sendable {
    /// The screen's size.
    package let size: Size

    package init(size: Size) { self.size = size }

    /// Whether there is only room for a line of figures.
    package var isPocket: Bool { size.width < 40 || size.height < 8 }

    /// Whether lists and details stand side by side.
    package var isWide: Bool { size.width >= 100 }

    /// The row with the panes' names.
    package var bar: Rect { Rect(size).row(0) }

    /// The rows of the pane.
    package var body: Rect {
        Rect(x: 0, y: 1, width: size.width, height: size.height - 2)
    }

    /// The row with keys and messages.
    package var footer: Rect { Rect(size).row(size.height - 1) }

    /// Rows inside an overlay that shows text.
    package var overlayRows: Int { max(1, overlay.insideBorder.height) }

    /// The place of an overlay that shows text.
    package var overlay: Rect {
        Rect(size).centered(Size(width: min(size.width, 92), height: max(3, size.height - 4)))
    }

    /// Draws the whole screen.
    package func draw(_ state: AppState, on canvas: inout Canvas) {
        if isPocket {
            PocketLine.draw(state, in: Rect(size), on: &canvas)
        } else {
            TopBar.draw(state, in: bar, on: &canvas)
            canvas.clipped(to: body) { canvas in
                state.pane.content.draw(state, in: body, on: &canvas)
            }
            Footer.draw(state, in: footer, on: &canvas)
        }
        drawOverlay(state, on: &canvas)
    }

    /// The click target at a cell.
    func target(at point: Point, of state: AppState) -> String? {
        var canvas = Canvas(size: size)
        draw(state, on: &canvas)
        return canvas.target(at: point)
    }

    private func drawOverlay(_ state: AppState, on canvas: inout Canvas) {
        let screen = Rect(size)
        switch state.overlay {
        case .help(let scroll): HelpView.sheet(state).draw(scroll, in: overlay, on: &canvas)
        case .text(let sheet, let scroll): sheet.draw(scroll, in: overlay, on: &canvas)
        case .actionLog(let scroll):
            ActionLogView.sheet(state).draw(scroll, in: overlay, on: &canvas)
        case .alerts(let list): AlertsView.draw(state, list, in: overlay, on: &canvas)
        case .palette(let menu): Palette.menu(state).draw(menu, in: screen, on: &canvas)
        case .choice(let prompt): prompt.menu.draw(prompt.state, in: screen, on: &canvas)
        case .question(let question):
            question.dialog.draw(question.state, in: screen, on: &canvas)
        case .prompt(let prompt): TextPromptView.draw(prompt, in: screen, on: &canvas)
        case .commandLine(let field):
            CommandLineView.draw(state, field, in: footer, on: &canvas)
        case nil: break
        }
    }
}

extension AppState {
    /// The screen as cells.
    package func drawn(with capabilities: Capabilities = Capabilities()) -> Canvas {
        var canvas = Canvas(size: size, capabilities: capabilities)
        Frame(size: size).draw(self, on: &canvas)
        return canvas
    }
}
