import FoundationEssentials
import Platform
package import Runs
import Tracking

/// The runs of the library, newest first.
///
/// It holds references, and keeps what was derived from it, so that copies, changes, searches by id and the
/// rows of a pane cost little in a list of a hundred thousand.
package struct RunList: Equatable, Sendable {
    /// A run, and the text that filters search.
    final class Entry: Sendable {
        let run: RunSummary
        let text: String

        init(_ run: RunSummary) {
            self.run = run
            text = RunFilter.text(of: run)
        }
    }

    private(set) var entries: [Entry] = []
    private var known: [String: Entry] = [:]
    private(set) var derived = DerivedRuns()

    package init(_ runs: [RunSummary]) {
        entries = runs.map(Entry.init)
        for entry in entries { known[entry.run.id] = entry }
    }

    package static func == (left: RunList, right: RunList) -> Bool {
        left.entries.count == right.entries.count
            && zip(left.entries, right.entries).allSatisfy { $0 === $1 || $0.run == $1.run }
    }

    /// A run by its id.
    func find(_ id: String) -> RunSummary? { known[id]?.run }

    /// Changes a run; false if it is not there.
    mutating func update(_ id: String, _ change: (inout RunSummary) -> Void) -> Bool {
        guard let old = known[id], let place = entries.firstIndex(where: { $0 === old }) else {
            return false
        }
        var run = old.run
        change(&run)
        replace(place, by: run)
        return true
    }

    /// Puts a run where it belongs; one that is there already keeps its place.
    mutating func put(_ run: RunSummary) {
        if let old = known[run.id], let place = entries.firstIndex(where: { $0 === old }) {
            return replace(place, by: run)
        }
        let entry = Entry(run)
        let place = Self.start(of: run).map(firstPlace) ?? 0
        entries.insert(entry, at: place)
        known[run.id] = entry
        derived = DerivedRuns()
    }

    /// Removes a run, if it is there.
    mutating func remove(_ id: String) {
        guard let old = known.removeValue(forKey: id) else { return }
        entries.removeAll { $0 === old }
        derived = DerivedRuns()
    }

    /// Replaces a part of the list by what was read of it.
    ///
    /// - Parameter newest: Chooses between a run that is known and the one that was read.
    mutating func take(_ page: RunPage, _ newest: (RunSummary, RunSummary) -> RunSummary) {
        let start = page.after.map(firstPlace) ?? 0
        let end = page.through.map(firstPlace) ?? entries.count
        let read = page.runs.map { run in
            Entry(known[run.id].map { newest($0.run, run) } ?? run)
        }
        let range = start..<Swift.max(start, end)
        for old in entries[range] { known[old.run.id] = nil }
        // A run whose time was changed may be elsewhere.
        let moved = Set(read.map(\.run.id)).filter { known[$0] != nil }
        for entry in read { known[entry.run.id] = entry }
        entries.replaceSubrange(range, with: read)
        if !moved.isEmpty {
            entries.removeAll { moved.contains($0.run.id) && known[$0.run.id] !== $0 }
        }
        derived = DerivedRuns()
    }

    private mutating func replace(_ place: Int, by run: RunSummary) {
        let (old, new) = (entries[place], Entry(run))
        entries[place] = new
        known[run.id] = new
        let isSameRow = old.text == new.text && old.run.isDeleted == new.run.isDeleted
        derived = isSameRow ? derived.after(old.run, new.run) : DerivedRuns()
    }

    /// The place of the first run behind a position.
    private func firstPlace(after position: RunPosition) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if Self.isBehind(entries[middle].run, position) {
                high = middle
            } else {
                low = middle + 1
            }
        }
        return low
    }

    private static func isBehind(_ run: RunSummary, _ position: RunPosition) -> Bool {
        let time = position.startTime.map(RunReader.date)
        switch (run.startedAt, time) {
        case (let one?, let other?): return one < other || one == other && run.id > position.id
        case (nil, _?): return true
        case (_?, nil): return false
        case (nil, nil): return run.id > position.id
        }
    }

    /// The position before all runs of a run's time.
    private static func start(of run: RunSummary) -> RunPosition? {
        run.startedAt.map {
            RunPosition(startTime: Int(($0.timeIntervalSince1970 * 1000).rounded()), id: "")
        }
    }
}

extension RunList: RandomAccessCollection, ExpressibleByArrayLiteral {
    package init(arrayLiteral runs: RunSummary...) { self.init(runs) }

    package var startIndex: Int { 0 }
    package var endIndex: Int { entries.count }
    package subscript(place: Int) -> RunSummary { entries[place].run }
}
