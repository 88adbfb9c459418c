public import Database

/// An error of the tracking store.
public typealias TrackingError = StoreError
