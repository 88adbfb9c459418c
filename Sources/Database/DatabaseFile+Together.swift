import Dispatch
package import GRDB
import Platform
import Synchronization

extension DatabaseFile {
    /// Writes like ``write(_:_:)``, in one transaction with the writes of other threads that wait
    /// for it.
    ///
    /// Each is all or nothing by itself, and returns after the commit. What several of them change
    /// in the same pages is written once. One that takes long delays the others, so `body` must be
    /// short. It may be called on another thread, while this one waits.
    ///
    /// - Parameter isRepeatable: Whether `body` may be called again after its changes were undone, since
    ///   it changes nothing but the database.
    package func writeTogether<T>(
        _ durability: Durability = .normal,
        isRepeatable: Bool = false,
        _ body: (Database, inout ChangeNotes) throws -> T
    ) throws -> T {
        if isWriting { return try write(durability, body) }
        try checkWritable()
        var result: T?
        let error = withoutActuallyEscaping(body) { body in
            let member = WriteGroup.Member(durability, isRepeatable) { result = try body($0, &$1) }
            return group.commit(member) { write($0) }
        }
        if let error { throw error }
        guard let result else { throw StoreError(.storage, "A write of \(path) did not happen.") }
        return result
    }

    /// How many writes of this kind are being made or wait.
    package var writesAtOnce: Int { group.count }

    /// Makes the writes of a group; each gets its error.
    private func write(_ members: [WriteGroup.Member]) {
        let durability: Durability =
            members.contains { $0.durability == .full } ? .full : .normal
        guard members.allSatisfy({ $0.isRepeatable || members.count == 1 }) else {
            return writeApart(members, durability)
        }
        // Hardly any write fails after it has changed something, and a savepoint for each would copy
        // every page that it changes.
        var isPartial = false
        do {
            try write(durability) { db, changes in
                for member in members {
                    let before = db.totalChangesCount
                    do {
                        changes.merge(try write(db, member))
                    } catch  where db.isInsideTransaction && db.totalChangesCount == before {
                        member.error = error
                    } catch {
                        isPartial = db.isInsideTransaction
                        throw error
                    }
                }
            }
        } catch {
            // Nothing was committed.
            if isPartial, members.count > 1 { return writeApart(members, durability) }
            for member in members { member.error = member.error ?? error }
        }
    }

    /// Makes the writes of a group, each in a savepoint.
    private func writeApart(_ members: [WriteGroup.Member], _ durability: Durability) {
        do {
            try write(durability) { db, changes in
                for member in members {
                    let before = db.totalChangesCount
                    do {
                        changes.merge(try db.savepoint { try write(db, member) })
                        member.error = nil
                    } catch  where db.isInsideTransaction {
                        member.error = error
                        changes.undone += db.totalChangesCount - before
                    }
                }
            }
        } catch {
            for member in members { member.error = member.error ?? error }
        }
    }

    /// Makes one write, and returns what it has changed.
    private func write(_ db: Database, _ member: WriteGroup.Member) throws -> ChangeNotes {
        var changes = ChangeNotes()
        let before = db.totalChangesCount
        try StoreError.translating(path: path) { try member.write(db, &changes) }
        guard db.totalChangesCount != before else { return ChangeNotes() }
        guard !changes.notes.isEmpty else { throw unrecorded }
        return changes
    }
}

/// The writes that wait to be made in one transaction: one of their threads makes them for all.
final class WriteGroup: Sendable {
    /// A write that a thread waits for.
    ///
    /// `@unchecked` because one thread at a time accesses it: its own before it waits and after it
    /// was woken, in between the one that makes the write.
    final class Member: @unchecked Sendable {
        let durability: DatabaseFile.Durability
        let isRepeatable: Bool
        private var body: ((Database, inout ChangeNotes) throws -> Void)?
        var error: (any Error)?
        fileprivate private(set) var isDone = false
        private let bell = DispatchSemaphore(value: 0)

        init(
            _ durability: DatabaseFile.Durability,
            _ isRepeatable: Bool,
            _ body: @escaping (Database, inout ChangeNotes) throws -> Void
        ) {
            self.durability = durability
            self.isRepeatable = isRepeatable
            self.body = body
        }

        func write(_ db: Database, _ changes: inout ChangeNotes) throws {
            try body?(db, &changes)
        }

        /// Waits until the write is made, or until it is this one's turn to make the next ones.
        fileprivate func wait() { bell.wait() }

        /// Waits until as many others wait as are expected.
        fileprivate func wait(atMost time: DispatchTimeInterval) {
            _ = bell.wait(timeout: .now() + time)
        }

        /// The write is made, and nothing of it is kept.
        fileprivate func finish() {
            body = nil
            isDone = true
        }

        /// Its thread may return as soon as it is woken.
        fileprivate func wake() { bell.signal() }
    }

    private struct State {
        var waiting: [Member] = []
        /// Whether a thread makes writes.
        var isLed = false
        /// How many writes are waiting or being made.
        var count = 0
        /// The most at once since the last group was made.
        var most = 0
        /// How many writes are expected to wait at once: as many as lately.
        var expected = 1
        /// The one that waits for others.
        var gathering: Member?
    }

    /// The most writes in one transaction.
    private static let limit = 32

    private let state = Mutex(State())
    /// How long a write waits for as many others as there were lately.
    private let patience: DispatchTimeInterval

    init(patience: Double) {
        self.patience = .microseconds(Int(patience * 1e6))
    }

    /// How many writes are waiting or being made.
    var count: Int { state.withLock { $0.count } }

    /// Makes a write, together with others or by another thread, and returns its error.
    func commit(_ member: Member, by write: ([Member]) -> Void) -> (any Error)? {
        let (leads, gathering) = state.withLock { state -> (Bool, Member?) in
            state.waiting.append(member)
            state.count += 1
            state.most = max(state.most, state.count)
            defer { state.isLed = true }
            guard state.isLed else { return (true, nil) }
            guard state.waiting.count >= state.expected else { return (false, nil) }
            defer { state.gathering = nil }
            return (false, state.gathering)
        }
        gathering?.wake()
        if !leads {
            member.wait()
            if member.isDone { return member.error }
        }
        gather(member)
        // The one that leads waits first in the line.
        let members = state.withLock { state in
            defer { state.waiting.removeFirst(min(Self.limit, state.waiting.count)) }
            return Array(state.waiting.prefix(Self.limit))
        }
        write(members)
        let next = state.withLock { state in
            state.isLed = !state.waiting.isEmpty
            state.expected = min(max(state.most, state.expected - 1), Self.limit)
            state.count -= members.count
            state.most = state.count
            return state.waiting.first
        }
        for member in members { member.finish() }
        next?.wake()
        for other in members where other !== member { other.wake() }
        return member.error
    }

    /// Waits for other writes, if there were several at once lately.
    private func gather(_ member: Member) {
        let waits = state.withLock { state in
            guard state.waiting.count < state.expected else { return false }
            state.gathering = member
            return true
        }
        guard waits else { return }
        member.wait(atMost: patience)
        // If another wakes it now, nobody waits for that.
        state.withLock { $0.gathering = nil }
    }
}
