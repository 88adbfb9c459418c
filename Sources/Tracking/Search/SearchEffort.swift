/// How much is read to find out how a search is best done.
package struct SearchEffort: Sendable {
    /// Things that are so few that they are simply collected and sorted.
    package var few = 500
    /// Rows up to which the things of a condition are counted.
    package var counted = 20_000
    /// Rows of an index that are read in order before it is known how many of them match.
    package var walked = 2_000

    /// The usual effort.
    package init() {}
}
