internal import Glibc
internal import Platform

/// Redirects standard error to a file while the screen is open, so that nothing writes over it.
final class ErrorRedirection {
    private let original: Int32

    init(path: String) throws {
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            throw TerminalNcursesError(
                .unwritableLog,
                "the log \(path) cannot be opened (\(errno)).",
                hint: "check that its folder exists and is yours."
            )
        }
        fflush(nil)
        original = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3)
        dup2(file, STDERR_FILENO)
        close(file)
    }

    deinit {
        guard original >= 0 else { return }
        fflush(nil)
        dup2(original, STDERR_FILENO)
        close(original)
    }
}
