internal import Platform
internal import Transfers

extension ModelFileError {
    /// Calls `body` and converts errors of a transfer to those of this target.
    static func transferring<Result: Sendable>(
        _ body: () async throws -> Result
    ) async throws -> Result {
        do {
            return try await body()
        } catch let error as TransferError {
            throw ModelFileError(.downloadFailed, error.message, hint: error.hint)
        } catch let error as PlatformError {
            throw ModelFileError(error)
        }
    }
}
