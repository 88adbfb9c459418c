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
    package func writeTogether<T>(
        _ durability: Durability = .normal,
        _ body: (Database, inout ChangeNotes) throws -> T
    ) throws -> T {
        if isWriting { return try write(durability, body) }
        try checkWritable()
        var result: T?
        let error = withoutActuallyEscaping(body) { body in
            let member = WriteGroup.Member(durability) { result = try body($0, &$1) }
            return group.commit(member) { write($0) }
        }
        if let error { throw error }
        guard let result else { throw StoreError(.storage, "A write of \(path) did not happen.") }
        return result
    }

    /// Makes the writes of a group; each gets its error.
    private func write(_ members: [WriteGroup.Member]) {
        let durability: Durability =
            members.contains { $0.durability == .full } ? .full : .normal
        do {
            try write(durability) { db, changes in
                guard members.count > 1 else { return try members[0].write(db, &changes) }
                for member in members {
                    let before = db.totalChangesCount
                    do {
                        try write(db, member, &changes)
                    } catch  where db.isInsideTransaction {
                        member.error = error
                        changes.undone += db.totalChangesCount - before
                    }
                }
            }
        } catch {
            // Nothing was committed.
            for member in members { member.error = member.error ?? error }
        }
    }

    private func write(
        _ db: Database,
        _ member: WriteGroup.Member,
        _ changes: inout ChangeNotes
    ) throws {
        var own = ChangeNotes()
        let hasChanged = try StoreError.translating(path: path) {
            try db.savepoint {
                let before = db.totalChangesCount
                try member.write(db, &own)
                let hasChanged = db.totalChangesCount != before
                guard !hasChanged || !own.notes.isEmpty else { throw unrecorded }
                return hasChanged
            }
        }
        if hasChanged { changes.merge(own) }
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
        private var body: ((Database, inout ChangeNotes) throws -> Void)?
        var error: (any Error)?
        fileprivate private(set) var isDone = false
        private let bell = DispatchSemaphore(value: 0)

        init(
            _ durability: DatabaseFile.Durability,
            _ body: @escaping (Database, inout ChangeNotes) throws -> Void
        ) {
            self.durability = durability
            self.body = body
        }

        func write(_ db: Database, _ changes: inout ChangeNotes) throws {
            try body?(db, &changes)
        }

        /// Waits until the write is made, or until it is this one's turn to make the next ones.
        fileprivate func wait() { bell.wait() }

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
    }

    /// The most writes in one transaction.
    private static let most = 32

    private let state = Mutex(State())

    /// Makes a write, together with others or by another thread, and returns its error.
    func commit(_ member: Member, by write: ([Member]) -> Void) -> (any Error)? {
        let leads = state.withLock { state in
            state.waiting.append(member)
            defer { state.isLed = true }
            return !state.isLed
        }
        if !leads {
            member.wait()
            if member.isDone { return member.error }
        }
        // The one that leads waits first in the line.
        let members = state.withLock { state in
            defer { state.waiting.removeFirst(min(Self.most, state.waiting.count)) }
            return Array(state.waiting.prefix(Self.most))
        }
        write(members)
        let next = state.withLock { state in
            state.isLed = !state.waiting.isEmpty
            return state.waiting.first
        }
        for member in members { member.finish() }
        next?.wake()
        for other in members where other !== member { other.wake() }
        return member.error
    }
}
