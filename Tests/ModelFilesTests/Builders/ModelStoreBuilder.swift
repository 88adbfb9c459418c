import Crypto
import ModelFiles
import Transfers

/// A store with one model of a few bytes, for tests of downloads.
struct StoreBuilder {
    static let model: [UInt8] = (0..<50_000).map { UInt8(truncatingIfNeeded: $0 &* 7919 >> 3) }
    static let hub = CatalogueEntry.Source.hub(repository: "org/repo", file: "m.gguf")
    static let package = CatalogueEntry.Source.pythonPackage(
        name: "tiny-model",
        version: "1.0",
        member: "tiny_model/m.gguf"
    )

    var folder: String
    var endpoint = "http://127.0.0.1:9"
    var python = "/no/such/python"
    var token: String?
    var idleTimeout = Duration.seconds(30)
    var sources = [hub]
    var byteCount = model.count

    func store() -> ModelStore {
        var configuration = ModelStore.Configuration()
        configuration.hub.endpoint = endpoint
        configuration.hub.token = token
        configuration.python = python
        configuration.hub.idleTimeout = idleTimeout
        let entry = CatalogueEntry(
            name: "tiny",
            title: "Tiny",
            baseModel: "org/tiny",
            sha256: SHA256.hash(data: Self.model).map { byte in
                (byte < 16 ? "0" : "") + String(byte, radix: 16)
            }.joined(),
            byteCount: byteCount,
            license: "MIT",
            sources: sources
        )
        return ModelStore(
            folder: folder,
            catalogue: ModelCatalogue([entry]),
            configuration: configuration
        )
    }
}
