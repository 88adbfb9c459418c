import Foundation
import HTTPServer
import MLflowAPI
import Synchronization
import TestClient
import Testing

/// The calls and replies of MLflow's client, without Python; `Tests/Interop/record_goldens.py`
/// records them.
@Suite struct GoldenTests {
    /// Serves holders of a token for each role.
    private static func withRoles(
        needsToken: Bool = false,
        _ body: @escaping @Sendable (TestServer, _ tokens: [String: String]) async throws -> Void
    ) async throws {
        let tokens = Mutex<[String: String]>(["unknown": "wb_0"])
        try await TestServer.with {
            $0.needsToken = needsToken
        } prepare: { folder in
            var file = try TokenFile(path: "\(folder)/tokens.json")
            for role in TokenFile.Role.allCases {
                let token = try file.add(role.rawValue, role: role)
                tokens.withLock { $0[role.rawValue] = token }
            }
        } _: { server in
            try await body(server, tokens.withLock { $0 })
        }
    }

    @Test(arguments: Golden.scenarios)
    func everyCallIsAnsweredAsRecorded(scenario: String) async throws {
        let calls = try Golden.calls(of: scenario)
        try await Self.withRoles { server, tokens in
            var matcher = GoldenMatcher()
            for golden in calls {
                var headers = ["Content-Type: application/json"]
                if let token = golden.token.flatMap({ tokens[$0] }) {
                    headers.append("Authorization: Bearer \(token)")
                }
                let answer = try server.call(
                    golden.method,
                    matcher.filled(golden.path),
                    headers: headers,
                    body: golden.body.isEmpty ? nil : matcher.filled(golden.body)
                )
                let isSame =
                    answer.status == golden.status && matcher.matches(golden.reply, answer.body)
                #expect(
                    isSame,
                    "\(golden.method) \(golden.path): \(answer.status) \(answer.body)"
                )
                // Later calls may use the results of this one.
                guard isSame else { return }
            }
        }
    }

    // MARK: - The table

    /// A route, once.
    private struct Row: Hashable {
        let method: String
        let path: String

        init(_ method: String, _ path: String) {
            self.method = method
            let plain = path.drop { $0 == "/" }.prefix { $0 != "?" }
            self.path = String(plain.replacing(/^(?:ajax-)?api\/[23]\.0\//, with: "api/"))
        }

        /// Whether a call belongs to this route.
        func answers(_ call: Row) -> Bool {
            guard method == call.method else { return false }
            let (own, other) = (parts, call.parts)
            if own.last == "**" {
                return other.count >= own.count
                    && zip(own, other).prefix(own.count - 1).allSatisfy(fits)
            }
            return own.count == other.count && zip(own, other).allSatisfy(fits)
        }

        private var parts: [Substring] {
            path.split(separator: "/", omittingEmptySubsequences: false)
        }

        private func fits(_ own: Substring, _ other: Substring) -> Bool {
            own.hasPrefix("{") || own == other
        }
    }

    private static func table(of server: TestServer) throws -> [(row: Row, route: Route)] {
        let routes = try API.mlflow(server.workspace, tokenFile: "").routes
        var seen: Set<Row> = []
        return routes.compactMap { route in
            let row = Row(route.method.rawValue, route.path)
            return seen.insert(row).inserted ? (row, route) : nil
        }
    }

    @Test func everyRouteHasARecordedAnswer() async throws {
        let goldens = try Golden.scenarios.flatMap { try Golden.calls(of: $0) }
        try await TestServer.with { server in
            for (row, _) in try Self.table(of: server) {
                let own = goldens.filter { row.answers(Row($0.method, $0.path)) }
                // Some routes only refuse.
                #expect(
                    own.contains { $0.status == 200 || $0.status == 501 },
                    "\(row.method) \(row.path) has no golden: see CONTRIBUTING, \"a route\""
                )
            }
        }
    }

    @Test func everyRouteIsRefusedWithoutItsRole() async throws {
        try await Self.withRoles(needsToken: true) { server, tokens in
            let reader = "Authorization: Bearer \(try #require(tokens["read"]))"
            for (row, route) in try Self.table(of: server) {
                let path = "/" + route.path.replacing(/\{\w+\}|\*\*/, with: "x")
                func isRefused(_ status: Int, _ headers: [String] = []) throws -> Bool {
                    let answer = try server.call(
                        row.method,
                        path,
                        headers: ["Content-Type: application/json"] + headers,
                        body: "{}"
                    )
                    return answer.status == status
                }
                #expect(try isRefused(401) == (route.role != nil), "\(row)")
                #expect(try isRefused(403, [reader]) == (route.role == .write), "\(row)")
            }
        }
    }
}
