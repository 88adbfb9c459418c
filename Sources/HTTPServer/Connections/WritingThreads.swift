import Synchronization

/// Where calls write to the database.
///
/// Waking another thread and coming back costs as much as a small write, so a call writes on its own
/// thread. If several do already, it gets a thread that is for writing only: calls that wait for the
/// database's writer, which may be another process, do not block those that read.
final class WritingThreads: Sendable {
    /// How many calls may write on their own threads at a time.
    private static let mostInPlace = 8

    private let count = Atomic(0)
    private let others: WaitingThreads

    init() throws(ServerError) {
        // As many as have room in one transaction.
        others = try WaitingThreads(name: "wb-write", maximum: 24)
    }

    /// Ends the threads once their tasks are done.
    func close() { others.close() }

    /// Runs a body that may wait for the database's writer.
    func run<Result: Sendable>(_ body: @Sendable () throws -> Result) async throws -> Result {
        let before = count.add(1, ordering: .relaxed).oldValue
        defer { count.subtract(1, ordering: .relaxed) }
        if before < Self.mostInPlace { return try body() }
        return try await withTaskExecutorPreference(others) { try body() }
    }
}
