import Platform
import Presentation
import TerminalUI
import Workspace

/// The text of an empty pane: the reason, and the next key.
enum EmptyView {
    static func draw(_ lines: [StyledText], in rect: Rect, on canvas: inout Canvas) {
        let inner = canvas.box(rect, isFocused: true).inset(horizontally: 2)
        let wrapped = lines.flatMap { $0.isEmpty ? [$0] : $0.wrapped(to: inner.width) }
        let top = max(0, (inner.height - wrapped.count) / 2)
        for (row, line) in wrapped.enumerated() {
            canvas.write(line, in: inner, row: top + row, alignment: .center)
        }
    }

    /// The text of a pane whose list has not been read: the list is being read, or cannot be read.
    static func waiting(
        for list: Library.List,
        _ words: String,
        _ context: Context,
        _ glyphs: GlyphSet
    ) -> [StyledText] {
        var problem = context.library.problems[list]
        if case .failed(let error) = context.access.opening { problem = error }
        guard let problem else {
            return [StyledText("reading the \(words)\(glyphs.ellipsis)", .muted)]
        }
        return [StyledText(problem.message, .error), StyledText(problem.hint ?? "", .muted)]
    }

    /// The steps from an empty workspace to a first run.
    static func firstSteps(_ context: Context) -> [StyledText] {
        let library = context.library
        if let starting = library.starting { return [StyledText(starting, .accent)] }
        if let download = library.download, library.isPulling {
            return [
                StyledText("Downloading the base model", .strong), StyledText(),
                StyledText(DownloadText.line(download)), StyledText(),
                StyledText("X", .accent) + StyledText(" cancels it."),
            ]
        }
        guard library.hasNoModel else {
            return [
                StyledText("No run yet.", .strong), StyledText(),
                StyledText("t", .accent) + StyledText(" trains a model on the sample data,  ")
                    + StyledText("1", .accent) + StyledText(" shows the data."),
            ]
        }
        var lines = [StyledText("No base model is installed.", .strong), StyledText()]
        if let failure = library.download?.failure {
            lines.append(StyledText(failure.message, .error))
            if let hint = failure.hint { lines.append(StyledText(hint, .muted)) }
            lines.append(StyledText())
        }
        if let model = library.modelToPull(context.settings) {
            lines.append(
                StyledText("P", .accent)
                    + StyledText(" downloads \(model.title), \(Figures.bytes(model.byteCount)).  ")
            )
            lines.append(StyledText(CommandText.pull(model.name), .muted))
        } else {
            lines.append(StyledText("workbench model pull NAME downloads one.", .muted))
        }
        return lines
    }
}
