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
}
