import Foundation
import ModelFiles
import Tensors
import Testing
import Transformer

/// A file under this target's `Fixtures`.
func fixture(_ name: String) -> URL {
    Bundle.module.resourceURL!.appendingPathComponent("Fixtures/\(name)")
}

/// The default model, which `make test` pulls before the tests run.
enum Models {
    static var smollm2Path: String {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? "\(environment["HOME"] ?? "")/.cache"
        return "\(cache)/workbench/models/smollm2-135m-instruct.gguf"
    }

    static func smollm2(threads: Int? = nil) throws -> LanguageModel {
        try LanguageModel(
            ModelFile.open(path: smollm2Path),
            pool: threads.map(WorkerPool.init) ?? .shared
        )
    }
}
