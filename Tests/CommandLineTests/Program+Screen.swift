import Foundation
import Testing

extension Program {
    /// A run, from `runs show --json`.
    func summary(of run: String) throws -> [String: Any] {
        let shown = try #require(try self.run("runs", "show", run, "--json").objects.first)
        return try #require(shown["summary"] as? [String: Any])
    }

    /// The status of a run.
    func status(of run: String) throws -> String? { try summary(of: run)["status"] as? String }

    /// A registered model's versions by number, from `registry show --json`.
    func versions(of model: String) throws -> [Int: [String: Any]] {
        let shown = try #require(try run("registry", "show", model, "--json").objects.first)
        let versions = try #require(shown["versions"] as? [[String: Any]])
        return try Dictionary(
            uniqueKeysWithValues: versions.map { (try #require($0["number"] as? Int), $0) }
        )
    }
}
