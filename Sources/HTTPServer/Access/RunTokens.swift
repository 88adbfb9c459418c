import Crypto
import Foundation
import NIOConcurrencyHelpers
import Platform

/// Tokens that a program of this process got: each may read, and write to one run.
///
/// They are kept in memory alone, and end with the process.
package final class RunTokens: Sendable {
    private let runs = NIOLockedValueBox<[String: String]>([:])

    package init() {}

    /// The token of a run; the same for every call.
    package func token(for run: String) -> String {
        runs.withLockedValue { runs in
            if let known = runs.first(where: { $0.value == run })?.key { return known }
            let token = "wbr_" + SymmetricKey(size: .bits256).withUnsafeBytes { hexadecimal($0) }
            runs[token] = run
            return token
        }
    }

    /// The run of a token; nil if it is none of these.
    func run(of token: String) -> String? {
        // Tokens are 256 random bits, so a lookup reveals nothing by its time.
        runs.withLockedValue { $0[token] }
    }
}
