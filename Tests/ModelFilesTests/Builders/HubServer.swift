import Crypto
import Foundation
import Synchronization

/// A local server of a repository in the hub's protocol, with errors on request.
struct HubServer: Sendable {
    var repository = "org/model"
    /// The files by their paths; those of more than 1000 bytes are large files, as in Git LFS.
    var files: [String: [UInt8]] = [:]
    /// Bytes that are sent instead of a file's.
    var damages: [String: [UInt8]] = [:]
    /// The first answers for a file, each truncated to a number of bytes.
    var cuts: [String: [Int]] = [:]
    var sendsRanges = true
    static let commit = String(repeating: "c0de", count: 10)

    static func hexadecimal(_ digest: some Sequence<UInt8>) -> String {
        digest.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }

    /// The hub's list of the repository's files.
    var listing: [UInt8] {
        let siblings = files.sorted { $0.key < $1.key }.map { name, bytes in
            let blob = Insecure.SHA1.hash(data: Array("blob \(bytes.count)\0".utf8) + bytes)
            let large =
                bytes.count > 1000
                ? #","lfs":{"sha256":"\#(Self.hexadecimal(SHA256.hash(data: bytes)))","#
                    + #""size":\#(bytes.count),"pointerSize":134}"# : ""
            return #"{"rfilename":"\#(name)","size":\#(bytes.count),"#
                + #""blobId":"\#(Self.hexadecimal(blob))"\#(large)}"#
        }
        let list = siblings.joined(separator: ",")
        return Array(#"{"id":"\#(repository)","sha":"\#(Self.commit)","siblings":[\#(list)]}"#.utf8)
    }

    func start() throws -> LocalServer {
        let served = Mutex<[String: Int]>([:])
        return try LocalServer { [self] request, _ in
            if request.path == "/api/models/\(repository)/revision/main?blobs=true" {
                return .bytes(LocalServer.response("200 OK", body: listing))
            }
            let start = "/\(repository)/resolve/\(Self.commit)/"
            guard request.path.hasPrefix(start),
                let name = String(request.path.dropFirst(start.count)).removingPercentEncoding,
                let bytes = damages[name] ?? files[name]
            else { return .bytes(LocalServer.response("404 Not Found")) }
            let number = served.withLock { served in
                served[name, default: 0] += 1
                return served[name, default: 0] - 1
            }
            let limit = cuts[name].flatMap { number < $0.count ? $0[number] : nil } ?? .max
            guard sendsRanges else {
                return .bytes(LocalServer.response("200 OK", body: bytes, cutAfter: limit))
            }
            return .bytes(LocalServer.file(bytes, for: request, cutAfter: limit))
        }
    }
}
