import Foundation
import HTTPTypes
import Hummingbird
import NIOCore
import NIOEmbedded
import NIOPosix
import Platform
import Testing

import HTTPServer

@Suite struct AccessTests {
    /// A table in the kernel's format, with a connection from 127.0.0.1:43210 to :5000.
    private func table(state: String = "01", user: String = "1000", inode: String = "77") -> String
    {
        """
          sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
           0: 0100007F:1388 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12 1
           1: 0100007F:1388 0100007F:A8CA 01 00000000:00000000 00:00000000 00000000     0        0 13 1
           2: 0100007F:A8CA 0100007F:1388 \(state) 00000000:00000000 00:00000000 00000000  \(user)        0 \(inode) 1
        """
    }

    @Test func theOwnerOfAConnectionIsRead() throws {
        let client = try SocketAddress(ipAddress: "127.0.0.1", port: 43210)
        let server = try SocketAddress(ipAddress: "127.0.0.1", port: 5000)
        let from = try #require(SocketOwner.spelling(client, isWide: false))
        let to = try #require(SocketOwner.spelling(server, isWide: false))
        #expect(from == "0100007F:A8CA")
        #expect(SocketOwner.user(in: Array(table().utf8), from: from, to: to) == 1000)
        // The kernel reports root as the owner of a closed connection.
        #expect(
            SocketOwner.user(in: Array(table(state: "06", user: "0").utf8), from: from, to: to)
                == nil
        )
        #expect(
            SocketOwner.user(in: Array(table(user: "0", inode: "0").utf8), from: from, to: to)
                == nil
        )
        #expect(SocketOwner.user(in: Array(table().utf8), from: to, to: "0100007F:0001") == nil)
        #expect(SocketOwner.user(in: Array("".utf8), from: from, to: to) == nil)
    }

    @Test(
        arguments: [
            // A connection, a closed one, none, a refusal, a truncated answer.
            (reply(state: 1, user: 1000, inode: 7), .user(1000)),
            (reply(state: 6, user: 0, inode: 0), .noOwner),
            (reply(state: 1, user: 0, inode: 0), .noOwner),
            (failure(ENOENT), .noOwner), (failure(EPERM), .unknown),
            (Array(reply(state: 1, user: 1, inode: 1).prefix(80)), .unknown), ([], .unknown),
        ] as [([UInt8], SocketDiagnosis.Answer)]
    )
    func theKernelsAnswerIsRead(bytes: [UInt8], answer: SocketDiagnosis.Answer) {
        #expect(SocketDiagnosis.read(bytes) == answer)
    }

    private static func words(_ numbers: [UInt32]) -> [UInt8] {
        numbers.flatMap { number in withUnsafeBytes(of: number) { Array($0) } }
    }

    private static func reply(state: UInt8, user: UInt32, inode: UInt32) -> [UInt8] {
        words([88, 20, 0, 0]) + [2, state, 0, 0] + [UInt8](repeating: 9, count: 48)
            + words([0, 0, 0, user, inode])
    }

    private static func failure(_ code: Int32) -> [UInt8] {
        words([36, 2, 0, 0, UInt32(bitPattern: -code)]) + [UInt8](repeating: 0, count: 16)
    }

    @Test func anOwnConnectionIsTheOwners() throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        defer { try? group.syncShutdownGracefully() }
        let server = try ServerBootstrap(group: group).bind(host: "127.0.0.1", port: 0).wait()
        let client = try ClientBootstrap(group: group)
            .connect(to: try #require(server.localAddress)).wait()
        let (from, to) = (try #require(client.localAddress), try #require(server.localAddress))
        // If the kernel does not answer, the table is read.
        let answer = SocketDiagnosis.user(of: from, to: to)
        #expect(answer == .user(geteuid()) || answer == .unknown)
        #expect(SocketDiagnosis.user(of: to, to: to) != .user(geteuid()))
        try client.close().wait()
        try server.close().wait()
    }

    @Test func wideAddressesAreSpeltInWords() throws {
        let address = try SocketAddress(ipAddress: "::1", port: 80)
        #expect(
            SocketOwner.spelling(address, isWide: true) == "00000000000000000000000001000000:0050"
        )
        #expect(SocketOwner.spelling(address, isWide: false) == nil)
        let mapped = try SocketAddress(ipAddress: "127.0.0.1", port: 80)
        #expect(
            SocketOwner.spelling(mapped, isWide: true) == "0000000000000000FFFF00000100007F:0050"
        )
    }

    private func withTokens(_ body: (inout TokenFile) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var file = try TokenFile(path: "\(folder)/tokens.json")
        try body(&file)
    }

    @Test func tokensAreStoredAsHashesReadableByTheOwnerOnly() throws {
        try withTokens { file in
            let token = try file.add("ann", role: .write)
            let again = try TokenFile(path: file.path)
            #expect(again.owner(of: token)?.name == "ann")
            #expect(again.owner(of: token, named: "bob") == nil)
            #expect(again.owner(of: token + "x") == nil)
            let text = try String(contentsOfFile: file.path, encoding: .utf8)
            #expect(!text.contains(token))
            let attributes = try FileManager.default.attributesOfItem(atPath: file.path)
            #expect((attributes[.posixPermissions] as? NSNumber)?.intValue == 0o600)
            let second = try file.add("ann", role: .read)
            #expect(file.owner(of: token) == nil && file.owner(of: second)?.role == .read)
            #expect(try file.remove("ann") && !file.remove("ann"))
            try FileManager.default.setAttributes(
                [.posixPermissions: 0o644],
                ofItemAtPath: file.path
            )
            #expect(throws: ServerError.self) { try TokenFile(path: file.path) }
        }
    }

    /// A call over a connection from that address.
    private func check(
        _ tokens: TokenFile,
        from address: String,
        method: HTTPRequest.Method = .get,
        role: TokenFile.Role = .read,
        host: String = "127.0.0.1:5000",
        headers: HTTPFields = [:]
    ) throws -> AccessRules.Caller {
        try check(
            AccessRules(tokens: tokens),
            from: address,
            method: method,
            role: role,
            host: host,
            headers: headers
        )
    }

    private func check(
        _ rules: AccessRules,
        from address: String,
        method: HTTPRequest.Method = .get,
        role: TokenFile.Role = .read,
        host: String = "127.0.0.1:5000",
        headers: HTTPFields = [:]
    ) throws -> AccessRules.Caller {
        let channel = EmbeddedChannel()
        try channel.connect(to: SocketAddress(ipAddress: address, port: 43210)).wait()
        let head = HTTPRequest(
            method: method,
            scheme: "http",
            authority: host,
            path: "/api/2.0/mlflow/x",
            headerFields: headers
        )
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer()))
        return try rules.check(request, on: channel, role: role)
    }

    private func code(_ body: () throws -> AccessRules.Caller) -> ServerError.Code? {
        do { _ = try body() } catch let error as ServerError { return error.code } catch {
            return nil
        }
        return nil
    }

    @Test func fromElsewhereATokenIsNeeded() throws {
        try withTokens { file in
            let token = try file.add("ann", role: .read)
            let tokens = file
            #expect(code { try check(tokens, from: "10.0.0.7") } == .unauthenticated)
            let wrong: HTTPFields = [.authorization: "Bearer wb_0"]
            #expect(
                code { try check(tokens, from: "10.0.0.7", headers: wrong) } == .unauthenticated
            )
            let right: HTTPFields = [.authorization: "Bearer \(token)"]
            #expect(try check(tokens, from: "10.0.0.7", headers: right).name == "ann")
            #expect(
                code { try check(tokens, from: "10.0.0.7", role: .write, headers: right) }
                    == .denied
            )
            let basic = Data("ann:\(token)".utf8).base64EncodedString()
            let user: HTTPFields = [.authorization: "Basic \(basic)"]
            #expect(try check(tokens, from: "10.0.0.7", headers: user).role == .read)
            let other = Data("bob:\(token)".utf8).base64EncodedString()
            let stranger: HTTPFields = [.authorization: "Basic \(other)"]
            #expect(
                code { try check(tokens, from: "10.0.0.7", headers: stranger) } == .unauthenticated
            )
        }
    }

    @Test func callsThroughAProxyNeedAToken() throws {
        try withTokens { file in
            let token = try file.add("ann", role: .read)
            let tokens = file
            let forwarded: HTTPFields = [
                try #require(HTTPField.Name("X-Forwarded-For")): "203.0.113.9"
            ]
            #expect(
                code { try check(tokens, from: "127.0.0.1", headers: forwarded) }
                    == .unauthenticated
            )
            var known = forwarded
            known[.authorization] = "Bearer \(token)"
            #expect(try check(tokens, from: "127.0.0.1", headers: known).name == "ann")
        }
    }

    @Test func aRevokedTokenIsRefused() throws {
        try withTokens { file in
            let token = try file.add("ann", role: .read)
            let rules = AccessRules(tokens: file)
            let right: HTTPFields = [.authorization: "Bearer \(token)"]
            #expect(try check(rules, from: "10.0.0.7", headers: right).name == "ann")
            #expect(try file.remove("ann"))
            #expect(code { try check(rules, from: "10.0.0.7", headers: right) } == .unauthenticated)
        }
    }

    @Test func wrongTokensDoNotShutOutRightOnes() throws {
        try withTokens { file in
            let token = try file.add("ann", role: .read)
            let rules = AccessRules(tokens: file)
            let wrong: HTTPFields = [.authorization: "Bearer wb_0"]
            for _ in 0..<20 { _ = code { try check(rules, from: "10.0.0.7", headers: wrong) } }
            #expect(code { try check(rules, from: "10.0.0.7", headers: wrong) } == .limitExceeded)
            let right: HTTPFields = [.authorization: "Bearer \(token)"]
            #expect(try check(rules, from: "10.0.0.7", headers: right).name == "ann")
        }
    }

    @Test func pagesOfOtherSitesAndOtherNamesOfThisMachineAreRefused() throws {
        try withTokens { file in
            let tokens = file
            #expect(
                code { try check(tokens, from: "127.0.0.1", host: "evil.example:5000") } == .denied
            )
            let foreign: HTTPFields = [.origin: "http://evil.example"]
            #expect(code { try check(tokens, from: "127.0.0.1", headers: foreign) } == .denied)
            // No table contains the owner of this connection.
            #expect(code { try check(tokens, from: "127.0.0.1") } == .unauthenticated)
            let form: HTTPFields = [.contentType: "text/plain", .contentLength: "3"]
            #expect(
                code { try check(tokens, from: "127.0.0.1", method: .post, headers: form) }
                    == .badRequest
            )
        }
    }
}
