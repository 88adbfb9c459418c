import Platform
import Testing
import TestModels

struct CacheFileTests {
    @Test func aValueIsReadUnderItsOwnKeyAndVersionOnly() throws {
        try TemporaryFolder.with { folder in
            func file(_ kind: String = "rate", _ version: Int = 1, _ key: String = "a") -> CacheFile
            {
                CacheFile(folder: "\(folder)/new/cache", kind: kind, version: version, key: key)
            }
            #expect(file().read() == nil)
            file().write([1, 10, 2])
            #expect(file().read() == [1, 10, 2])
            #expect(file("rate", 2).read() == nil)
            #expect(file("rate", 1, "b").read() == nil)
            #expect(file("speed").read() == nil)
            // The same file under another key, as if two keys had one digest.
            try Files.write(Files.read(file().path) ?? [], to: file("rate", 1, "b").path)
            #expect(file("rate", 1, "b").read() == nil)
            file().remove()
            #expect(file().read() == nil)
        }
    }

    @Test func aDamagedFileHasNoValue() throws {
        try TemporaryFolder.with { folder in
            let file = CacheFile(folder: folder, kind: "rate", version: 1, key: "a")
            file.write(Array("value".utf8))
            let whole = try #require(try Files.read(file.path))
            for count in stride(from: 0, to: whole.count, by: 7) {
                try Files.write(whole[..<count], to: file.path)
                #expect(file.read() == nil, "cut to \(count) bytes")
                var changed = whole
                changed[count] ^= 1
                try Files.write(changed, to: file.path)
                #expect(file.read() == nil, "byte \(count) changed")
            }
            try Files.write(whole + [0], to: file.path)
            #expect(file.read() == nil)
        }
    }

    @Test func aFolderThatCannotBeWrittenChangesNothing() {
        let file = CacheFile(folder: "/dev/null/cache", kind: "rate", version: 1, key: "a")
        file.write([1])
        #expect(file.read() == nil)
    }

    @Test func aFolderThatCannotBeMadeIsAnObstacle() throws {
        try TemporaryFolder.with { folder in
            #expect(UserCache.obstacle(in: "\(folder)/new/measured") == nil)
            #expect(Files.names(in: "\(folder)/new/measured").isEmpty)
            try Files.write([], to: "\(folder)/file")
            let obstacle = try #require(UserCache.obstacle(in: "\(folder)/file/measured"))
            #expect(obstacle.contains("\(folder)/file"))
        }
    }
}
