import Foundation
public import ModelFiles

/// The default model, as downloaded by `make test`.
public enum DefaultModel {
    private static let opened = Result {
        let environment = ProcessInfo.processInfo.environment
        let cache = environment["XDG_CACHE_HOME"] ?? NSHomeDirectory() + "/.cache"
        return try ModelFile.open(path: cache + "/workbench/models/smollm2-135m-instruct.gguf")
    }

    /// Its file.
    public static func file() throws -> ModelFile { try opened.get() }
}
