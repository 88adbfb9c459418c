/// A line that a program has printed.
package struct OutputLine: Sendable, Equatable {
    /// Where a program prints to.
    package enum Stream: Sendable {
        case output, error
    }

    /// Where it was printed to.
    package var stream: Stream
    /// The text without its end, without control sequences, invalid UTF-8 replaced.
    package var text: String
    /// Whether it is the present state of a line that the program still overwrites, such as a
    /// progress bar.
    ///
    /// The line itself follows when it is complete. One without text: the line was cleared.
    package var isUpdate: Bool

    package init(_ stream: Stream, _ text: String, isUpdate: Bool = false) {
        self.stream = stream
        self.text = text
        self.isUpdate = isUpdate
    }
}
