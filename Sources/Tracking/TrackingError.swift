public import Database

/// What went wrong in the tracking store.
public typealias TrackingError = StoreError
