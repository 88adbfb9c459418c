import Foundation
import Glibc
import Platform
import Testing

import HTTPServer
import MLflowAPI

@Suite struct ArtifactTests {
    private func withFolder(_ body: (_ folder: String, ArtifactFolder) throws -> Void) throws {
        let parent = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: "\(parent)/artifacts",
            withIntermediateDirectories: true
        )
        defer { try? FileManager.default.removeItem(atPath: parent) }
        try "secret".write(toFile: "\(parent)/secret", atomically: true, encoding: .utf8)
        try body(parent, ArtifactFolder(path: "\(parent)/artifacts"))
    }

    @Test(arguments: [
        "../secret", "a/../../secret", "/etc/passwd", "a/./b", "a\\..\\b", "%2e%2e/secret",
        "a/%2E%2E/b", "..%2fsecret", "%2fetc%2fpasswd", "%252e%252e/secret", "a%5c..%5cb",
        "a%5C%2E.%2Fb", "%252525252525252525252e.", "a\u{0}b", "a\nb", "a%00b", "a%0ab",
        ".uploads", ".uploads/x", "..", ".", String(repeating: "n", count: 256),
        Array(repeating: "d", count: 65).joined(separator: "/"),
        Array(repeating: "d", count: 1800).joined(separator: "/"),
    ])
    func pathsThatLeadOutOrTooDeepAreRefused(path: String) throws {
        let error = #expect(throws: ServerError.self) { try ArtifactPath(path) }
        #expect(error?.code == .invalidParameter && (error?.message.count ?? 999) < 330)
    }

    @Test(arguments: [
        "p%2Fx.txt", "back\\slash.txt", "100%.txt", "%zz", "a%", "%+1", "..a", "a..", "...",
        "한글 b.txt", "a+b#c?d", "x%2e", "dir/%25.txt", "~", "a:b", "\u{301}b",
    ])
    func namesAreWhatTheyAre(name: String) throws {
        try withFolder { parent, artifacts in
            try write("hello", to: "0/run/\(name)", artifacts)
            let path = "\(parent)/artifacts/0/run/\(name)"
            #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello")
            let entries = try artifacts.entries(of: ArtifactPath("0/run"))
            #expect(entries.map(\.name) == [String(name.prefix { $0 != "/" })])
            try artifacts.remove(ArtifactPath("0/run/\(name)"))
            #expect(!FileManager.default.fileExists(atPath: path))
        }
    }

    private func write(_ text: String, to path: String, _ artifacts: ArtifactFolder) throws {
        let upload = try artifacts.uploads.begin()
        try Array(text.utf8).withUnsafeBytes { try upload.append($0) }
        try artifacts.put(upload, at: ArtifactPath(path))
    }

    @Test func aSlashWithACombiningMarkIsASlash() throws {
        let path = try ArtifactPath("out/\u{301}x/y")
        #expect(
            path.names.map { Array($0.utf8) } == ["out", "\u{301}x", "y"].map { Array($0.utf8) }
        )
    }

    @Test func linksThatLeadOutAreRefused() throws {
        try withFolder { parent, artifacts in
            let files = FileManager.default
            let root = "\(parent)/artifacts"
            try files.createSymbolicLink(atPath: "\(root)/out", withDestinationPath: parent)
            try files.createSymbolicLink(
                atPath: "\(root)/file",
                withDestinationPath: "\(parent)/secret"
            )
            for path in ["out/secret", "file"] {
                #expect(throws: ServerError.self) { try artifacts.file(at: ArtifactPath(path)) }
            }
            for path in ["out/new", "out/a/b", "file"] {
                #expect(throws: ServerError.self) { try artifacts.checkPlace(ArtifactPath(path)) }
                #expect(throws: ServerError.self) { try write("x", to: path, artifacts) }
            }
            #expect(throws: ServerError.self) { try artifacts.remove(ArtifactPath("out/secret")) }
            #expect(throws: ServerError.self) { try artifacts.entries(of: ArtifactPath("out")) }
            // Their targets are not disclosed.
            #expect(try artifacts.entries(of: ArtifactPath("")).isEmpty)
            #expect(!files.fileExists(atPath: "\(parent)/new"))
            // The links themselves are removed, and their targets stay.
            for path in ["out", "file"] { try artifacts.remove(ArtifactPath(path)) }
            #expect(try files.contentsOfDirectory(atPath: root) == [".uploads"])
            #expect(files.fileExists(atPath: "\(parent)/secret"))
        }
    }

    @Test func aLinkInsideIsReadThroughButNotWrittenOrRemovedThrough() throws {
        try withFolder { parent, artifacts in
            try write("hello", to: "0/run/a", artifacts)
            try FileManager.default.createSymbolicLink(
                atPath: "\(parent)/artifacts/1",
                withDestinationPath: "0"
            )
            #expect(try artifacts.file(at: ArtifactPath("1/run/a")).size == 5)
            for path in ["1/run/a", "1/b"] {
                let error = #expect(throws: ServerError.self) {
                    try write("x", to: path, artifacts)
                }
                #expect(error?.code == .denied)
                #expect(throws: ServerError.self) { try artifacts.remove(ArtifactPath(path)) }
            }
            try artifacts.remove(ArtifactPath("1"))
            #expect(try artifacts.file(at: ArtifactPath("0/run/a")).size == 5)
        }
    }

    @Test func specialFilesAreRefusedAtOnceAndNotListed() throws {
        try withFolder { parent, artifacts in
            try write("hello", to: "run/a", artifacts)
            mkfifo("\(parent)/artifacts/run/pipe", 0o600)
            let error = #expect(throws: ServerError.self) {
                try artifacts.file(at: ArtifactPath("run/pipe"))
            }
            #expect(error?.code == .invalidParameter)
            #expect(throws: ServerError.self) { try artifacts.checkPlace(ArtifactPath("run/pipe")) }
            #expect(try artifacts.entries(of: ArtifactPath("run")).map(\.name) == ["a"])
            #expect(throws: ServerError.self) { try artifacts.file(at: ArtifactPath("run")) }
            #expect(throws: ServerError.self) { try artifacts.file(at: ArtifactPath("")) }
        }
    }

    @Test func filesAreListedAndRemoved() throws {
        try withFolder { parent, artifacts in
            try write("hello", to: "0/run/artifacts/a b/한글.txt", artifacts)
            let entries = try artifacts.entries(of: ArtifactPath("0/run/artifacts/a b"))
            #expect(entries.map(\.name) == ["한글.txt"] && entries.map(\.size) == [5])
            #expect(try artifacts.entries(of: ArtifactPath("0")).map(\.size) == [nil])
            #expect(try artifacts.entries(of: ArtifactPath("absent")).isEmpty)
            #expect(throws: ServerError.self) {
                try write("x", to: "0/run/artifacts/a b/한글.txt/below", artifacts)
            }
            #expect(throws: ServerError.self) { try write("x", to: "0/run", artifacts) }
            try artifacts.remove(ArtifactPath("0/run"))
            #expect(try artifacts.entries(of: ArtifactPath("0/run/artifacts")).isEmpty)
            #expect(throws: ServerError.self) { try artifacts.remove(ArtifactPath("")) }
        }
    }

    @Test func anUploadIsInvisibleAndLeavesNothing() throws {
        try withFolder { parent, artifacts in
            let root = "\(parent)/artifacts"
            do {
                let upload = try artifacts.uploads.begin()
                try [1, 2, 3].withUnsafeBytes { try upload.append($0) }
                #expect(try artifacts.entries(of: ArtifactPath("")).isEmpty)
                #expect(try FileManager.default.contentsOfDirectory(atPath: root) == [".uploads"])
            }
            let left = try FileManager.default.contentsOfDirectory(atPath: "\(root)/.uploads")
            #expect(left.isEmpty)
            artifacts.uploads.clear()
            #expect(try FileManager.default.contentsOfDirectory(atPath: root).isEmpty)
        }
    }

    @Test func filesOfAKilledServerAreRemovedUnlessAnotherOneRuns() throws {
        try withFolder { parent, artifacts in
            let root = "\(parent)/artifacts"
            try FileManager.default.createDirectory(
                atPath: "\(root)/.uploads",
                withIntermediateDirectories: false
            )
            try "part".write(toFile: "\(root)/.uploads/old", atomically: false, encoding: .utf8)
            let other = try ArtifactFolder(path: root)
            let upload = try other.uploads.begin()
            try Array("hello".utf8).withUnsafeBytes { try upload.append($0) }
            // The other one is running.
            artifacts.uploads.clear()
            try other.put(upload, at: ArtifactPath("a"))
            #expect(try other.file(at: ArtifactPath("a")).size == 5)
            other.uploads.clear()
            #expect(try FileManager.default.contentsOfDirectory(atPath: root) == ["a"])
        }
    }

    @Test func locationsInTheWorkspaceAreServedByTheServer() {
        #expect(
            ArtifactLocation.wire("artifacts/0/r/artifacts") == "mlflow-artifacts:/0/r/artifacts"
        )
        #expect(ArtifactLocation.stored("mlflow-artifacts:/0/r") == "artifacts/0/r")
        #expect(ArtifactLocation.wire("s3://bucket/x") == "s3://bucket/x")
        #expect(ArtifactLocation.path("s3://bucket/x") == nil)
        #expect(ArtifactLocation.path("/etc") == nil)
        #expect(ArtifactLocation.path("mlflow-artifacts:/0/r") == "0/r")
    }
}
