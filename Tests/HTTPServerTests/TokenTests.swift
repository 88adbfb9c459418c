import Dispatch
import Foundation
import Glibc
import Platform
import Synchronization
import Testing

import HTTPServer

@Suite struct TokenTests {
    private func withFile(_ body: (_ path: String) throws -> Void) throws {
        let folder = NSTemporaryDirectory() + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try body("\(folder)/tokens.json")
    }

    @Test func changesAtOnceAreAllKept() throws {
        try withFile { path in
            var first = try TokenFile(path: path)
            for index in 0..<8 { try first.add("old \(index)", role: .read) }
            let failures = Mutex(0)
            // Each of them has read the file before any of the others changes it.
            let files = try (0..<16).map { _ in try TokenFile(path: path) }
            DispatchQueue.concurrentPerform(iterations: 16) { index in
                var file = files[index]
                do {
                    if index < 8 {
                        guard try file.remove("old \(index)") else {
                            throw CocoaError(.fileNoSuchFile)
                        }
                    } else {
                        try file.add("new \(index)", role: .write)
                    }
                } catch {
                    failures.withLock { $0 += 1 }
                }
            }
            #expect(failures.withLock { $0 } == 0)
            let names = try TokenFile(path: path).entries.map(\.name)
            #expect(Set(names) == Set((8..<16).map { "new \($0)" }))
        }
    }

    @Test func aTokenThatCouldNotBeShownIsNotMade() throws {
        try withFile { path in
            var file = try TokenFile(path: path)
            #expect(throws: CocoaError.self) {
                try file.add("ann", role: .read) { _ in throw CocoaError(.fileWriteUnknown) }
            }
            #expect(file.entries.isEmpty && !FileManager.default.fileExists(atPath: path))
        }
    }

    @Test(arguments: [
        "", "a:b", "a\nb", "a\u{1B}[2J", "a\u{9B}", String(repeating: "x", count: 251),
    ])
    func unusableNamesAreRefused(name: String) throws {
        try withFile { path in
            var file = try TokenFile(path: path)
            #expect(throws: ServerError.self) { try file.add(name, role: .read) }
        }
    }

    @Test func aPipeInPlaceOfTheFileDoesNotBlock() throws {
        try withFile { path in
            mkfifo(path, 0o600)
            #expect(throws: ServerError.self) { try TokenFile(path: path) }
        }
    }
}
