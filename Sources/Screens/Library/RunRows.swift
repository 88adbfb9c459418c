package import Runs

/// The rows of a table of runs: some of a list's runs in an order, which are not copied.
package struct RunRows: RandomAccessCollection, Sendable {
    private let list: RunList
    private let places: [Int]

    package var startIndex: Int { 0 }
    package var endIndex: Int { places.count }
    package subscript(row: Int) -> RunSummary { list[places[row]] }

    /// The runs' ids.
    var ids: LazyMapSequence<RunRows, String> { lazy.map { $0.id } }

    init(_ list: RunList, _ places: [Int]) {
        self.list = list
        self.places = places
    }
}

extension RunList {
    /// The runs outside the trash that match a filter, and were found by a search if there is one.
    func rows(_ request: DerivedRuns.Request) -> RunRows {
        RunRows(
            self,
            derived.rows(request) {
                let filter = RunFilter(request.filter)
                return entries.indices.filter { place in
                    let entry = entries[place]
                    if entry.run.isDeleted { return false }
                    if let found = request.found { return found.contains(entry.run.id) }
                    return filter.accept(text: entry.text)
                }
            }
        )
    }

    /// Rows in an order, made from those in the list's own.
    func rows(_ request: DerivedRuns.Request, _ sort: (RunRows) -> [Int]) -> RunRows {
        RunRows(
            self,
            derived.rows(request) {
                var plain = request
                (plain.order, plain.moment) = (nil, nil)
                let rows = rows(plain)
                return sort(rows).map { rows.place($0) }
            }
        )
    }

    /// The live runs.
    var live: [RunSummary] {
        derived.live { entries.indices.filter { entries[$0].run.status.isLive } }.map { self[$0] }
    }

    /// The runs outside the trash that have a result.
    var results: RunRows {
        RunRows(
            self,
            derived.results {
                entries.indices.filter {
                    entries[$0].run.resultPath != nil && !entries[$0].run.isDeleted
                }
            }
        )
    }
}

extension RunRows {
    /// The place in the list of the run in a row.
    fileprivate func place(_ row: Int) -> Int { places[row] }
}
