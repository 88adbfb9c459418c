import Database
import FoundationEssentials
import Glibc
package import Platform
import Registry
import Synchronization
package import Tracking

/// A temporary folder for one test, removed with the value.
package final class TemporaryFolder: Sendable {
    package let path: String

    package init() {
        path = FileManager.default.temporaryDirectory.path() + "/tracking-\(UUID().uuidString)"
        mkdir(path, 0o700)
    }

    package var database: String { path + "/workbench.db" }

    package func open(
        _ adjust: (inout TrackingStore.Configuration) -> Void = { _ in }
    ) throws -> TrackingStore {
        var configuration = TrackingStore.Configuration()
        let clock = Mutex(1_000)
        configuration.now = {
            clock.withLock {
                $0 += 1
                return $0
            }
        }
        configuration.identity = Identity(user: "ada", host: "lab")
        adjust(&configuration)
        return try TrackingStore(path: database, configuration: configuration)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

extension TrackingStore {
    /// Logs values that a run measured on a model.
    package func logMetrics(
        _ metrics: [Metric],
        ofModel model: String,
        run: String,
        dataset: TrackedDataset? = nil
    ) throws {
        let measured = metrics.map {
            ModelMetric(
                $0,
                model: model,
                run: run,
                datasetName: dataset?.name,
                datasetDigest: dataset?.digest
            )
        }
        try log(Batch(modelMetrics: measured), run: run)
    }
}

/// The code of the `TrackingError` that `body` throws, if it throws one.
package func trackingCode(_ body: () throws -> Void) -> TrackingError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? TrackingError)?.code
    }
}
