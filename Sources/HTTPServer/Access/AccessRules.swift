import Foundation
import Glibc
package import Hummingbird
import NIOConcurrencyHelpers
package import NIOCore
import Platform

/// The rules of access for calls.
///
/// Other users of this machine and pages in a browser can reach its loopback addresses, too. So a
/// call without a token must come from a process of the same user, name this machine as its host,
/// and not come from a page of another site. Calls from other machines need a token.
package final class AccessRules: Sendable {
    /// The caller of a call.
    package struct Caller: Sendable {
        /// The name of the token's holder; empty for a process of the same user.
        package let name: String
        /// The caller's permissions.
        package let role: TokenFile.Role
        /// The only run that the caller may write to; nil for no limit.
        package var run: String?
    }

    private let tokens: NIOLockedValueBox<TokenFile>
    private let runTokens: RunTokens?
    private let needsToken: Bool
    private let rateLimit: RateLimit
    private let owners = NIOLockedValueBox<[ObjectIdentifier: uid_t]>([:])
    private let failures = NIOLockedValueBox<[String: FailedAttempts]>([:])

    private struct FailedAttempts {
        var count = 0
        var since = ContinuousClock.now
    }

    private static let tokenHint =
        "set MLFLOW_TRACKING_TOKEN; `workbench serve tokens add` makes one"
    private static let maximumFailures = 20
    private static let failureWindow = Duration.seconds(60)

    /// - Parameters:
    ///   - needsToken: Whether processes of the same user need a token, too, as behind a proxy on
    ///     this machine.
    ///   - callsPerSecond: The limit for each token; processes of the same user without a token are
    ///     not limited.
    ///   - runTokens: Tokens that are limited to a run.
    package init(
        tokens: TokenFile,
        needsToken: Bool = false,
        callsPerSecond: Int = 500,
        runTokens: RunTokens? = nil
    ) {
        self.tokens = NIOLockedValueBox(tokens)
        self.runTokens = runTokens
        self.needsToken = needsToken
        rateLimit = RateLimit(callsPerSecond: callsPerSecond)
    }

    /// Returns the caller.
    ///
    /// - Throws: ``ServerError`` for a call that is not permitted.
    package func check(
        _ request: Request,
        on channel: any Channel,
        role: TokenFile.Role
    ) throws(ServerError) -> Caller {
        try checkContent(request)
        let caller = try caller(request, channel)
        guard role == .read || caller.role == .write else {
            throw ServerError(.denied, "The token of \(caller.name) is read-only.")
        }
        return caller
    }

    private func caller(_ request: Request, _ channel: any Channel) throws(ServerError) -> Caller {
        let address = channel.remoteAddress?.ipAddress ?? ""
        if let header = request.headers[.authorization] {
            if let run = runTokens.flatMap({ $0.run(of: Self.secret(in: header)) }) {
                return Caller(name: "run \(run.prefix(8))", role: .write, run: run)
            }
            guard let entry = try owner(header) else {
                try checkFailures(address)
                noteFailure(address)
                throw ServerError(.unauthenticated, "The token is not known here.")
            }
            guard rateLimit.admits(entry.name) else {
                throw ServerError(
                    .limitExceeded,
                    "\(entry.name) makes too many calls a second.",
                    hint: "log in batches, or `workbench serve --rate` allows more"
                )
            }
            return Caller(name: entry.name, role: entry.role)
        }
        guard !needsToken, !isForwarded(request), Self.isLoopback(channel.remoteAddress) else {
            throw ServerError(
                .unauthenticated,
                "A token is needed.",
                hint: Self.tokenHint
            )
        }
        try checkPage(request)
        guard let user = try user(of: channel) else {
            throw ServerError(
                .unauthenticated,
                "The user of the calling process is unknown, so a token is needed.",
                hint: Self.tokenHint
            )
        }
        guard user == geteuid() || user == 0 else {
            throw ServerError(
                .unauthenticated,
                "Processes of other users need a token."
            )
        }
        return Caller(name: "", role: .write)
    }

    /// Whether a proxy forwarded the call.
    private func isForwarded(_ request: Request) -> Bool {
        request.headers.contains { field in
            let name = field.name.canonicalName
            return name == "forwarded" || name == "via" || name == "x-real-ip"
                || name.hasPrefix("x-forwarded-")
        }
    }

    /// The token in `Authorization: Bearer …`, or the password of `Basic …`.
    private static func secret(in header: String) -> String {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return "" }
        guard parts[0].lowercased() == "basic" else { return String(parts[1]) }
        let text = Data(base64Encoded: String(parts[1])).map { String(decoding: $0, as: UTF8.self) }
        return text.map { String($0.drop { $0 != ":" }.dropFirst()) } ?? ""
    }

    /// The owner of a token in `Authorization: Bearer …` or `Basic …`.
    private func owner(_ header: String) throws(ServerError) -> TokenFile.Entry? {
        let parts = header.split(separator: " ", maxSplits: 1)
        guard parts.count == 2 else { return nil }
        // A revoked token must stop working at once.
        let current = tokens.withLockedValue { tokens in tokens.refresh() ? tokens : nil }
        guard let tokens = current else {
            throw ServerError(
                .unavailable,
                "The server has no file descriptor left to read its tokens; try again later."
            )
        }
        switch parts[0].lowercased() {
        case "bearer": return tokens.owner(of: String(parts[1]))
        case "basic":
            guard let data = Data(base64Encoded: String(parts[1])),
                let text = String(data: data, encoding: .utf8), let colon = text.firstIndex(of: ":")
            else { return nil }
            return tokens.owner(
                of: String(text[text.index(after: colon)...]),
                named: String(text[..<colon])
            )
        default: return nil
        }
    }

    /// Refuses pages of other sites in a browser on this machine: they cannot choose `Origin`, and
    /// `Host` is the name that they used for this machine.
    private func checkPage(_ request: Request) throws(ServerError) {
        let authority = request.head.authority ?? ""
        let host =
            authority.hasPrefix("[")
            ? String(authority.prefix { $0 != "]" }.dropFirst())
            : String(authority.prefix { $0 != ":" })
        guard ["localhost", "127.0.0.1", "::1"].contains(host.lowercased()) else {
            throw ServerError(.denied, "The host '\(authority.prefix(100))' is not this machine.")
        }
        guard let origin = request.headers[.origin] else { return }
        guard origin == "http://\(authority)" else {
            throw ServerError(.denied, "Calls from pages of other sites are refused.")
        }
    }

    /// Refuses what a form in a page could send: a browser sends JSON only after a preflight.
    private func checkContent(_ request: Request) throws(ServerError) {
        guard request.method == .post || request.method == .patch else { return }
        let type = request.headers[.contentType] ?? ""
        let hasBody = request.headers[.contentLength] != "0"
        guard !hasBody || type.lowercased().hasPrefix("application/json") else {
            throw ServerError(.badRequest, "The body must be of the type application/json.")
        }
    }

    /// Whether an address can be reached from this machine only.
    static func isLoopback(_ address: SocketAddress?) -> Bool {
        guard let text = address?.ipAddress else { return false }
        return text.hasPrefix("127.") || text == "::1" || text.hasPrefix("::ffff:127.")
    }

    /// The user at the other end, looked up once for each connection; a failed lookup is repeated.
    private func user(of channel: any Channel) throws(ServerError) -> uid_t? {
        let id = ObjectIdentifier(channel)
        if let known = owners.withLockedValue({ $0[id] }) { return known }
        guard let client = channel.remoteAddress, let server = channel.localAddress,
            let user = try SocketOwner.user(of: client, connectedTo: server)
        else { return nil }
        owners.withLockedValue { $0[id] = user }
        channel.closeFuture.whenComplete { [owners] _ in
            owners.withLockedValue { _ = $0.removeValue(forKey: id) }
        }
        return user
    }

    private func checkFailures(_ address: String) throws(ServerError) {
        let isLocked = failures.withLockedValue { failures in
            guard let attempts = failures[address] else { return false }
            if ContinuousClock.now - attempts.since > Self.failureWindow {
                failures[address] = nil
                return false
            }
            return attempts.count >= Self.maximumFailures
        }
        if isLocked {
            throw ServerError(.limitExceeded, "Too many wrong tokens came from \(address).")
        }
    }

    private func noteFailure(_ address: String) {
        failures.withLockedValue { failures in
            // Bounded, because callers choose their addresses.
            if failures.count > 10_000 { failures = [:] }
            failures[address, default: FailedAttempts()].count += 1
        }
    }
}
