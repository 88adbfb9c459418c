import Glibc
import Platform
import Testing
import TestModels

@Suite struct ResolvedPathTests {
    @Test(
        arguments: [
            ("/a/b", "/a/b"), ("//a///b/", "/a/b"), ("/a/./b/.", "/a/b"), ("/a/../b", "/b"),
            ("/../..", "/"), ("/", "/"), ("~", "/nobody/home"), ("~/w s", "/nobody/home/w s"),
            ("/nowhere/한글/../b", "/nowhere/b"), ("/~/x", "/~/x"),
        ]
    )
    func spellingsOfAMissingPath(path: String, expected: String) {
        #expect(ResolvedPath(path, home: "/nobody/home").text == expected)
    }

    @Test func aRelativePathBeginsAtTheCurrentFolder() throws {
        let current = ResolvedPath(".")
        for path in ["x/y", "./x//y/", "x/z/../y"] {
            #expect(current.relative(ResolvedPath(path)) == "x/y", "\(path)")
        }
    }

    @Test func linksAreFollowedAndMissingPartsKeepTheirNames() throws {
        try TemporaryFolder.with { folder in
            let root = ResolvedPath(folder).text
            #expect(mkdir("\(folder)/real", 0o700) == 0)
            #expect(mkdir("\(folder)/real/in", 0o700) == 0)
            #expect(symlink("real/in", "\(folder)/link") == 0)
            #expect(symlink("\(folder)/later/on", "\(folder)/dangling") == 0)
            #expect(symlink("circle", "\(folder)/circle") == 0)
            #expect(ResolvedPath("\(folder)/link/new/x").text == "\(root)/real/in/new/x")
            // As in the kernel: above the link's target, not above the link.
            #expect(ResolvedPath("\(folder)/link/../x").text == "\(root)/real/x")
            #expect(ResolvedPath("\(folder)/dangling/x").text == "\(root)/later/on/x")
            #expect(ResolvedPath("\(folder)/circle/x").text == "\(root)/circle/x")
            #expect(ResolvedPath.entry("\(folder)/link").text == "\(root)/link")
            #expect(ResolvedPath.entry("\(folder)/link/m.gguf").text == "\(root)/real/in/m.gguf")
            #expect(ResolvedPath.entry("\(folder)/link/..").text == "\(root)/real")
        }
    }

    @Test func pathsAreComparedByTheirBytes() {
        let composed = ResolvedPath("/data/\u{D55C}")
        let decomposed = ResolvedPath("/data/\u{1112}\u{1161}\u{11AB}/run")
        #expect(!composed.contains(decomposed))
        #expect(composed.relative(ResolvedPath("/data/\u{D55C}/run/a b")) == "run/a b")
        #expect(!ResolvedPath("/data/ws").contains(ResolvedPath("/data/ws2/run")))
        #expect(!ResolvedPath("/data/ws").contains(ResolvedPath("/data/ws/")))
        #expect(ResolvedPath("/").contains(ResolvedPath("/data")))
    }
}
