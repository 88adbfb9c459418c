internal import Glibc
internal import Platform

extension ModelFileError {
    /// The error of a file that could not be written.
    init(_ error: PlatformError) {
        self.init(
            error.code == .full ? .diskFull : .unwritable,
            error.message,
            hint: error.hint ?? "check that the folder exists and is yours to write"
        )
    }

    /// The error for an `errno` of writing a file.
    init(writing path: String, _ number: Int32 = errno) {
        self.init(PlatformError(writing: path, number))
    }

    /// Calls `body` and converts its error to one of this target.
    static func writing<Result>(
        _ body: () throws(PlatformError) -> Result
    ) throws(ModelFileError) -> Result {
        do throws(PlatformError) {
            return try body()
        } catch {
            throw ModelFileError(error)
        }
    }
}
