import FoundationEssentials
import Platform

extension OutputFile {
    /// Has `body` write the result; what it throws names this file, and not the one that is brought
    /// to its place.
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
