import Database
import FoundationEssentials
import Glibc
import Platform
import Registry
import Synchronization
import Tracking

/// A registry in a folder of its own, with a clock that advances at every reading.
final class TemporaryRegistry: Sendable {
    let registry: ModelRegistry
    let store: TrackingStore
    private let path: String

    init() throws {
        path = FileManager.default.temporaryDirectory.path() + "/registry-\(UUID().uuidString)"
        mkdir(path, 0o700)
        var configuration = TrackingStore.Configuration()
        let clock = Mutex(1_000)
        configuration.now = {
            clock.withLock {
                $0 += 1
                return $0
            }
        }
        configuration.identity = Identity(user: "ada", host: "lab")
        store = try TrackingStore(path: path + "/workbench.db", configuration: configuration)
        registry = ModelRegistry(store)
    }

    /// A registry over another connection to the same file.
    func another() throws -> ModelRegistry {
        var configuration = TrackingStore.Configuration()
        configuration.identity = Identity(user: "grace", host: "home")
        return ModelRegistry(try TrackingStore(path: store.path, configuration: configuration))
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// The code of the `RegistryError` that `body` throws, if it throws one.
func registryCode(_ body: () throws -> Void) -> RegistryError.Code? {
    do {
        try body()
        return nil
    } catch {
        return (error as? RegistryError)?.code
    }
}

extension ModelRegistry {
    /// Registers versions 1 to `count` of the model `faq`.
    func registerVersions(_ count: Int) throws {
        for version in 1...count {
            try register(NewVersion(source: "adapter-\(version)"), as: "faq")
        }
    }
}
