/// The folder of what this program can make again: pulled models, digests, measurements.
package enum UserCache {
    /// `workbench` under `$XDG_CACHE_HOME`, else under `~/.cache`.
    ///
    /// XDG requires to ignore a path that is not absolute.
    package static func folder(
        environment: [String: String] = ProcessEnvironment.variables
    ) -> String {
        if let cache = environment["XDG_CACHE_HOME"], cache.hasPrefix("/") {
            return "\(cache)/workbench"
        }
        return "\(ProcessEnvironment.home(environment))/.cache/workbench"
    }

    /// Why nothing can be kept in a folder of the cache; nil if it can.
    ///
    /// It is tried, with a file that is removed again.
    package static func obstacle(in folder: String) -> String? {
        do {
            try Files.makeFolder(folder)
            let trial = "\(folder)/trial"
            try Files.write([], to: trial)
            Files.removeFile(trial)
            return nil
        } catch {
            return "\(error)"
        }
    }
}
