import Foundation
import Testing

import Serving

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
        "a/%2E%2E/b",
        "a%2fb", "a\u{0}b", "a\nb",
    ])
    func pathsThatLeadOutAreRefused(path: String) throws {
        try withFolder { _, artifacts in
            #expect(throws: WireError.self) { try artifacts.existing(path) }
            #expect(throws: WireError.self) { try artifacts.place(for: path) }
            #expect(throws: WireError.self) { try artifacts.remove(path) }
        }
    }

    @Test func linksThatLeadOutAreRefused() throws {
        try withFolder { parent, artifacts in
            let files = FileManager.default
            try files.createSymbolicLink(
                atPath: "\(parent)/artifacts/out",
                withDestinationPath: parent
            )
            try files.createSymbolicLink(
                atPath: "\(parent)/artifacts/file",
                withDestinationPath: "\(parent)/secret"
            )
            #expect(throws: WireError.self) { try artifacts.existing("out/secret") }
            #expect(throws: WireError.self) { try artifacts.existing("file") }
            #expect(throws: WireError.self) { try artifacts.place(for: "out/new") }
            #expect(throws: WireError.self) { try artifacts.place(for: "file") }
            #expect(throws: WireError.self) { try artifacts.remove("out/secret") }
            #expect(files.fileExists(atPath: "\(parent)/secret"))
        }
    }

    @Test func filesAreListedAndRemoved() throws {
        try withFolder { parent, artifacts in
            let place = try artifacts.place(for: "0/run/artifacts/a b/한글.txt")
            try "hello".write(toFile: place, atomically: true, encoding: .utf8)
            let entries = try artifacts.entries(of: "0/run/artifacts/a b")
            #expect(entries.map(\.name) == ["한글.txt"] && entries.map(\.size) == [5])
            #expect(try artifacts.entries(of: "0").map(\.size) == [nil])
            #expect(try artifacts.entries(of: "absent").isEmpty)
            #expect(throws: WireError.self) {
                try artifacts.place(for: "0/run/artifacts/a b/한글.txt/below")
            }
            try artifacts.remove("0/run")
            #expect(try artifacts.existing("0/run/artifacts") == nil)
            #expect(throws: WireError.self) { try artifacts.remove("") }
        }
    }

    @Test(arguments: [
        ("bytes=0-4", 0..<5), ("bytes=5-", 5..<10), ("bytes=-3", 7..<10), ("bytes=8-99", 8..<10),
        ("bytes=0-9223372036854775807", 0..<10),
        ("bytes=-99", 0..<10), ("lines=1-2", 0..<10), ("bytes=0-1,4-5", 0..<10),
    ])
    func rangesAreRead(header: String, expected: Range<Int>) {
        #expect(ByteRange.parse(header, size: 10) == expected)
    }

    @Test(arguments: ["bytes=10-", "bytes=5-4", "bytes=-0", "bytes=99-100", "bytes=a-b"])
    func rangesBeyondTheEndAreRefused(header: String) {
        #expect(ByteRange.parse(header, size: 10) == nil)
    }

    @Test func placesInTheWorkspaceGoThroughTheServer() {
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
