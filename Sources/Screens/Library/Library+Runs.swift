import Runs
import Workspace

extension Library {
    /// The most runs that are read one by one when they have changed.
    private static let mostStaleRuns = 64

    /// Adopts a part of the list that was read.
    mutating func take(_ page: RunPage) {
        let isFirstTime = runs == nil || hasMoreRuns
        var list = runs ?? []
        // Released, so that the list is not copied.
        runs = nil
        list.take(page) { Self.newest($0, $1) }
        runs = list
        forgetTails(of: page.runs)
        hasMoreRuns = isFirstTime && page.through != nil
        guard page.through == nil else { return }
        marks.removeAll { list.find($0) == nil }
    }

    /// The tail of a curve that was read has its own steps per value.
    private mutating func forgetTails(of read: [RunSummary]) {
        for run in read where runs?.find(run.id)?.stepsDone == run.stepsDone {
            stepsPerTailValue[run.id] = nil
        }
    }

    /// Reads one run again, now or after those that are being read; the whole list for many, or before it
    /// has been read.
    mutating func readRunAgain(_ id: String, _ access: Access) -> [Effect] {
        guard access.isOpen, runs != nil, staleRuns.count < Self.mostStaleRuns else {
            staleRuns = []
            return refresh(.runs, access)
        }
        staleRuns.insert(id)
        return isReadingRuns ? [] : readStaleRuns()
    }

    mutating func reduceRuns(_ action: LibraryAction) -> [Effect] {
        isReadingRuns = false
        switch action {
        case .runsAgain(let read, let ids):
            var list = runs ?? []
            runs = nil
            let listed = Set(read.map { $0.id })
            for id in ids where !listed.contains(id) { list.remove(id) }
            for run in read { list.put(list.find(run.id).map { Self.newest($0, run) } ?? run) }
            runs = list
            forgetTails(of: read)
            marks.removeAll { list.find($0) == nil }
            changed.insert(.runs)
            return readStaleRuns()
        case .runsAgainFailed(let error): return [.report(error)] + readStaleRuns()
        default: return []
        }
    }

    private mutating func readStaleRuns() -> [Effect] {
        guard !staleRuns.isEmpty else { return [] }
        let ids = staleRuns.sorted()
        staleRuns = []
        isReadingRuns = true
        return [LibraryWork.readRuns(ids)]
    }

    /// What was read before the newest events must not revert them.
    private static func newest(_ known: RunSummary, _ read: RunSummary) -> RunSummary {
        known.status == read.status && read.status.isLive && known.stepsDone > read.stepsDone
            ? known : read
    }
}
