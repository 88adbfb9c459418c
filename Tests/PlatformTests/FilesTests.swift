import Glibc
import Platform
import Testing
import TestModels

struct FilesTests {
    @Test func aFullDiskSaysSo() {
        let error = PlatformError("/data/wb cannot be written", ENOSPC)
        #expect(error.code == .full)
        #expect(error.message == "/data/wb cannot be written: No space left on device.")
        #expect(error.hint?.contains("room") == true)
    }

    @Test func namesAreInTheOrderOfTheirBytes() throws {
        try TemporaryFolder.with { folder in
            for name in ["b", "a", "B", ".hidden"] {
                try Files.write("x".utf8, to: "\(folder)/\(name)")
            }
            #expect(try FolderListing.names(in: folder) == [".hidden", "B", "a", "b"])
            #expect(Files.names(in: "\(folder)/none") == [])
            let error = #expect(throws: PlatformError.self) {
                try FolderListing.names(in: "\(folder)/none")
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test func foldersAreCreatedBelowAnExistingOne() throws {
        try TemporaryFolder.with { folder in
            try Files.makeFolder("\(folder)/a/b/c")
            #expect(FilePaths.isFolder("\(folder)/a/b/c"))
            try Files.makeFolder("\(folder)/a/d", below: folder)
            #expect(throws: PlatformError.self) {
                try Files.makeFolder("\(folder)/gone/x", below: "\(folder)/gone")
            }
            try Files.write("x".utf8, to: "\(folder)/file")
            let error = #expect(throws: PlatformError.self) {
                try Files.makeFolder("\(folder)/file")
            }
            #expect(error?.message.contains("/file cannot be created") == true)
        }
    }

    @Test func aNewFileReplacesOnlyIfAllowed() throws {
        try TemporaryFolder.with { folder in
            let path = "\(folder)/new"
            try Files.writeNew("one".utf8, to: path)
            #expect(throws: PlatformError.self) { try Files.writeNew("two".utf8, to: path) }
            try NewFile.replace(path) { (file) throws(PlatformError) in
                try file.append("three".utf8)
            }
            #expect(try Files.text(path) == "three")
            #expect(throws: PlatformError.self) {
                try NewFile.replace(path) { (file) throws(PlatformError) in
                    throw PlatformError(.failed, "no")
                }
            }
            #expect(try Files.text(path) == "three")
            #expect(Files.names(in: folder) == ["new"])
        }
    }

    @Test func stampsOfDifferentFilesDiffer() throws {
        try TemporaryFolder.with { folder in
            try Files.write("one".utf8, to: "\(folder)/a")
            let stamp = FileStamp(path: "\(folder)/a")
            let identity = FileIdentity("\(folder)/a")
            #expect(stamp != nil && stamp == FileStamp(path: "\(folder)/a"))
            try Files.write("two".utf8, to: "\(folder)/a")
            #expect(FileStamp(path: "\(folder)/a") != stamp)
            #expect(FileIdentity("\(folder)/a") != identity)
            #expect(ContentStamp(folder).byteCount >= 3)
            #expect(ContentStamp("\(folder)/none") == ContentStamp())
        }
    }

    @Test func removingStopsAtLinks() throws {
        try TemporaryFolder.with { folder in
            try Files.makeFolder("\(folder)/kept")
            try Files.write("x".utf8, to: "\(folder)/kept/file")
            try Files.makeFolder("\(folder)/gone/deep")
            symlink("\(folder)/kept", "\(folder)/gone/deep/link")
            try Files.removeAll("\(folder)/gone")
            #expect(Files.names(in: folder) == ["kept"])
            #expect(Files.names(in: "\(folder)/kept") == ["file"])
        }
    }
}
