import FoundationEssentials
import Platform

extension OutputFile {
    /// Calls `body` to write the result; errors name this file instead of the temporary one.
    func write<Result>(_ body: (_ path: String) throws -> Result) throws -> Result {
        try WorkspaceError.translating {
            do {
                return try body(unfinished)
            } catch {
                var error = WorkspaceError(error)
                error.message = error.message.replacing(unfinished, with: path)
                throw error
            }
        }
    }
}
