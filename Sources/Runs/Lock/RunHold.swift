import Database
import Glibc
import Logging
import Platform
import Tracking

/// What a process holds of the run that it executes: its lock, its folder and its row, all in the
/// opened workspace.
final class RunHold: Sendable {
    let run: String
    let folder: RunFolder
    /// The tag of the run's row that names this execution.
    let mark: Tag
    private let opened: OpenedFolder
    private let lock: RunLock
    /// Whether it was logged that the lock was removed and cannot be made again.
    private let isLockMissed = Guarded(false)

    /// A mark has the process's number and a random one.
    static func newMark() -> Tag {
        Tag(RunTag.execution, "\(getpid())-\(UInt64.random(in: .min ... .max))")
    }

    /// The process that a mark names.
    static func process(of mark: String) -> Int32? { Int32(mark.prefix { $0 != "-" }) }

    /// Locks the run's folder, which exists, besides `lock`.
    ///
    /// - Throws: ``RunError`` with the code `conflict` if another process holds it.
    init(
        run: String,
        folder: RunFolder,
        mark: Tag,
        lock: RunLock,
        _ opened: OpenedFolder
    ) throws(RunError) {
        self.run = run
        self.folder = folder
        self.mark = mark
        self.lock = lock
        self.opened = opened
        guard try lock.take(folder: folder.path) else {
            throw RunError(
                .conflict,
                "Run \(run) is being trained by another process, which has locked \(folder.path).",
                hint: "Stop it first."
            )
        }
        folder.removeUnfinished()
    }

    /// Frees lock and folder.
    func release() { lock.release() }

    /// Leaves a run that has not started to another process: its row gets the status of a stopped run,
    /// then it is released.
    func handOver() throws {
        try opened.store.endRun(run, .killed, tags: [Tag(RunTag.ending, "stopped")], marked: mark)
        release()
    }

    /// Checks that this process may still execute the run, and makes its lock again if that was
    /// removed.
    ///
    /// It costs a few system calls and reads one row: little compared with a step.
    func check() throws(RunLoss) {
        do throws(RunError) {
            try opened.place.checkFolder()
        } catch {
            throw RunLoss(error, keepsCheckpoint: false)
        }
        do throws(RunError) {
            try opened.place.checkDatabase()
        } catch {
            throw RunLoss(error, keepsCheckpoint: true)
        }
        let isMissed = !lock.renew()
        let wasMissed = isLockMissed.withLock { missed in
            defer { missed = isMissed }
            return missed
        }
        if isMissed, !wasMissed {
            opened.log.warning("The lock of run \(run) is gone and could not be made again.")
        }
        try checkRow()
        try checkRunFolder()
    }

    /// Why this process may not execute the run any longer; nil if it may.
    var loss: RunLoss? {
        do throws(RunLoss) {
            try check()
            return nil
        } catch {
            return error
        }
    }

    private func checkRow() throws(RunLoss) {
        let state: ExecutionState?
        do {
            state = try opened.store.executionState(of: run, mark: RunTag.execution)
        } catch let error as TrackingError
            where [.corrupt, .notADatabase].contains(error.code)
        {
            throw RunLoss(RunError(error), keepsCheckpoint: true)
        } catch {
            // A store that cannot be read for a moment does not end a run.
            opened.log.warning("The row of run \(run) could not be read: \(error)")
            return
        }
        guard let state else {
            throw RunLoss(
                RunError(
                    .failed,
                    "Run \(run) was removed from the database while it was being trained.",
                    hint: "What it made is in \(folder.path)."
                ),
                keepsCheckpoint: true
            )
        }
        guard state.mark == mark.value else {
            let process = state.mark.flatMap(Self.process).map { " \($0)" } ?? ""
            throw RunLoss(
                RunError(
                    .failed,
                    "Another process\(process) has taken over run \(run) in the meantime.",
                    hint: "`workbench runs watch \(run)` shows it."
                ),
                keepsCheckpoint: false
            )
        }
        guard state.lifecycle == .active else {
            throw RunLoss(
                RunError(
                    .failed,
                    "Run \(run) was put into the trash while it was being trained.",
                    hint:
                        "`workbench runs restore \(run)` brings it back; `workbench train --resume "
                        + "\(run)` resumes it."
                ),
                keepsCheckpoint: true
            )
        }
    }

    private func checkRunFolder() throws(RunLoss) {
        if lock.holds(folder: folder.path) { return }
        guard FilePaths.isFolder(folder.path) else {
            throw RunLoss(
                RunError(
                    .failed,
                    "The folder \(folder.path) was moved or removed while its run was being trained.",
                    hint: "Put it back; `workbench train --resume \(run)` resumes the run."
                ),
                keepsCheckpoint: true
            )
        }
        // The folder was replaced by a copy: the one at the path counts.
        guard (try? lock.take(folder: folder.path)) == true else {
            throw RunLoss(
                RunError(.failed, "Another process has locked \(folder.path)."),
                keepsCheckpoint: false
            )
        }
        opened.log.warning("Another folder is at \(folder.path), and is used from now on.")
    }

    /// Makes the run's folder again for a last checkpoint, if the workspace is in its place.
    func restoreFolder() throws(RunError) {
        try opened.place.checkFolder()
        try RunError.translating {
            try Files.makeFolder(folder.path, below: opened.layout.folder)
        }
    }
}

/// Why a run cannot continue in this process, although its results are correct.
struct RunLoss: Error {
    let error: RunError
    /// Whether this process may write a checkpoint, at a place where the run will be found.
    let keepsCheckpoint: Bool

    init(_ error: RunError, keepsCheckpoint: Bool) {
        self.error = error
        self.keepsCheckpoint = keepsCheckpoint
    }
}

extension OpenedFolder {
    /// The process that executes a run; nil if none does, 0 if it is unknown.
    func executor(of record: RunRecord) -> Int32? {
        if let holder = RunLock.holder(of: layout.lock(run: record.id)) { return holder }
        guard RunLock.isHeld(folder: path(of: record.artifactURI)) else { return nil }
        return record.tags[RunTag.execution].flatMap(RunHold.process) ?? 0
    }

    /// Whether a process executes a run.
    func isExecuted(run id: String) -> Bool {
        if RunLock.holder(of: layout.lock(run: id)) != nil { return true }
        let record = try? store.run(id, details: .tags)
        return record.flatMap(executor) != nil
    }
}
