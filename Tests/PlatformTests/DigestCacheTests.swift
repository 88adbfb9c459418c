import Glibc
import Platform
import Testing
import TestModels

struct DigestCacheTests {
    /// A cache, ten seconds after now, whose kept digests are recognized: each is replaced by `known`.
    private struct Fixture {
        let folder: String
        let cache: DigestCache
        let known = String(repeating: "f", count: 64)

        init(_ folder: String, after seconds: Int = 10) {
            self.folder = "\(folder)/digests"
            cache = DigestCache(folder: self.folder) { time(nil) + seconds }
        }

        /// Puts ``known`` in place of the digest that is kept of a file.
        func mark(_ path: String) throws {
            let status = try #require(FileStatus(path))
            let file = CacheFile(
                folder: folder,
                kind: "digest",
                version: 1,
                key: "\(status.device) \(status.inode)"
            )
            let kept = String(decoding: try #require(file.read()), as: UTF8.self)
            file.write(Array((kept.dropLast(64) + known).utf8))
        }
    }

    @Test func aDigestIsKeptForAnUnchangedFileUnderEachOfItsNames() throws {
        try TemporaryFolder.with { folder in
            let test = Fixture(folder)
            let path = "\(folder)/model"
            try Files.write("weights".utf8, to: path)
            #expect(symlink("model", "\(folder)/soft") == 0)
            #expect(try test.cache.sha256(path) == sha256(of: "weights"))
            try test.mark(path)
            #expect(try test.cache.sha256(path) == test.known)
            #expect(try test.cache.sha256("\(folder)/soft") == test.known)
            #expect(try Fixture(folder).cache.sha256(path) == test.known)
        }
    }

    @Test func aChangedFileIsReadAgain() throws {
        let changes: [(String) throws -> Void] = [
            { path in try Files.write("changed".utf8, to: path) },
            { path in
                // In place, as long as before, with the old time of writing.
                let status = try #require(FileStatus(path))
                let descriptor = open(path, O_WRONLY)
                defer { close(descriptor) }
                try Files.append("changed".utf8, to: descriptor, path: path)
                let modified = timespec(
                    tv_sec: status.modified.seconds,
                    tv_nsec: status.modified.nanoseconds
                )
                #expect(futimens(descriptor, [modified, modified]) == 0)
                #expect(FileStatus(path)?.modified == status.modified)
            },
            { path in
                try Files.write("changed".utf8, to: "\(path).new")
                try Files.rename("\(path).new", to: path)
            },
        ]
        for change in changes {
            try TemporaryFolder.with { folder in
                let test = Fixture(folder)
                let path = "\(folder)/model"
                try Files.write("weights".utf8, to: path)
                _ = try test.cache.sha256(path)
                try test.mark(path)
                let before = try #require(FileStatus(path))
                // The kernel's clock for times of change has steps of some milliseconds.
                while FileStatus(path)?.changed == before.changed { try change(path) }
                #expect(try test.cache.sha256(path) == sha256(of: "changed"))
            }
        }
    }

    @Test func aLinkThatPointsElsewhereHasTheOthersDigest() throws {
        try TemporaryFolder.with { folder in
            let test = Fixture(folder)
            for name in ["a", "b"] { try Files.write(name.utf8, to: "\(folder)/\(name)") }
            #expect(symlink("a", "\(folder)/model") == 0)
            #expect(try test.cache.sha256("\(folder)/model") == sha256(of: "a"))
            #expect(unlink("\(folder)/model") == 0 && symlink("b", "\(folder)/model") == 0)
            #expect(try test.cache.sha256("\(folder)/model") == sha256(of: "b"))
            // Two files that change names.
            try Files.rename("\(folder)/a", to: "\(folder)/c")
            try Files.rename("\(folder)/b", to: "\(folder)/a")
            #expect(try test.cache.sha256("\(folder)/a") == sha256(of: "b"))
            #expect(try test.cache.sha256("\(folder)/c") == sha256(of: "a"))
        }
    }

    @Test(arguments: [0, 1, 2, -100])
    func nothingIsKeptOfAFileThatWasJustChanged(seconds: Int) throws {
        try TemporaryFolder.with { folder in
            let path = "\(folder)/model"
            try Files.write("weights".utf8, to: path)
            let changed = try #require(FileStatus(path)).changed.seconds
            let cache = DigestCache(folder: "\(folder)/digests") { changed + seconds }
            #expect(try cache.sha256(path) == sha256(of: "weights"))
            #expect(Files.names(in: "\(folder)/digests") == [])
        }
    }

    @Test func aFileThatChangesWhileItIsReadIsNotKept() throws {
        try TemporaryFolder.with { folder in
            let test = Fixture(folder)
            let path = "\(folder)/model"
            try Files.write("weights".utf8, to: path)
            let digest = try test.cache.sha256(path) {
                while (try? Files.write("changed".utf8, to: path)) == nil {}
                return false
            }
            #expect(digest == sha256(of: "weights"))
            #expect(Files.names(in: "\(folder)/digests") == [])
            #expect(throws: CancellationError.self) { try test.cache.sha256(path) { true } }
        }
    }
}
