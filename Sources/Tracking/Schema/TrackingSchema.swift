package import Database

extension SchemaOwner {
    /// Tracking's tables.
    package static let tracking = SchemaOwner([
        1: trackingTables + requestTable, 2: searchIndexes, 3: lateMetricTable, 4: traceTables,
        6: alertTables, 8: orderIndexes + importTable,
    ])
}
