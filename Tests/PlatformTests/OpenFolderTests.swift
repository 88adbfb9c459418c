import Glibc
import Platform
import Testing
import TestModels

struct OpenFolderTests {
    private let file = Array("file".utf8)
    private let inner = Array("inner".utf8)
    private let link = Array("link".utf8)
    private let real = Array("real".utf8)

    @Test func nothingIsReachedThroughALink() throws {
        try TemporaryFolder.with { path in
            try Files.makeFolder("\(path)/real/inner")
            try Files.write("abc".utf8, to: "\(path)/real/file")
            symlink("real", "\(path)/link")
            let folder = try #require(OpenFolder(path))
            #expect(folder.names == [link, real])
            #expect(folder.folder(link) == nil)
            #expect(folder.status(link)?.kind == .link)
            #expect(FileStatus("\(path)/link")?.kind == .folder)

            let opened = try #require(folder.folder(real))
            #expect(opened.status(file)?.byteCount == 3)
            #expect(!opened.remove(inner))
            #expect(opened.remove(inner, isFolder: true))
            #expect(opened.move(file, to: folder, as: file))
            #expect(FilePaths.isFile("\(path)/file"))
            #expect(opened.names?.isEmpty == true)
        }
    }

    @Test func aDigestIsOfARegularFile() throws {
        try TemporaryFolder.with { path in
            try Files.write("abc".utf8, to: "\(path)/file")
            let digest = try Files.sha256("\(path)/file")
            #expect(digest.byteCount == 3)
            // FIPS 180-2, appendix B.1.
            #expect(
                digest.hexadecimal
                    == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            )
            #expect(sha256(of: "abc") == digest.hexadecimal)
            mkfifo("\(path)/pipe", 0o600)
            #expect(throws: PlatformError.self) { _ = try Files.sha256("\(path)/pipe") }
        }
    }
}
