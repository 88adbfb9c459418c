import Glibc
import JSON
import Platform
import Testing
import Workflows

/// What is kept of the files that a task has written.
@Suite struct ResultFileTests {
    @Test func ofAFolderOnlyFilesAreKept() throws {
        let flows = try TestFlows(kinds: [
            TestKind("writes") { call in
                let folder = "\(call.folder)/out"
                try Files.makeFolder("\(folder)/deep")
                try Files.writeNew("one".utf8, to: "\(folder)/deep/one")
                try Files.writeNew("two".utf8, to: "\(call.folder)/two")
                for (target, name) in [
                    (".", "self"), ("deep", "latest"), ("nothing", "gone"), ("loop", "loop"),
                    ("deep/one", "best"), ("../two", "two"), ("/etc", "etc"),
                ] { #expect(symlink(target, "\(folder)/\(name)") == 0) }
                #expect(mkfifo("\(folder)/pipe", 0o600) == 0)
                return TaskResult(files: [.init(name: "out", path: folder)])
            }
        ])
        var flow = Flow([FlowTask("one", "writes")])
        flow.folder = flows.folder
        #expect(try flows.run(flow) == .completed)
        let files = try #require(flows.result("one")?.files)
        #expect(files.map(\.name) == ["out/best", "out/deep/one", "out/two"])
        #expect(
            BoundedLog.page(in: flows.setting.folders.log(of: 0, in: "a")).lines
                == ["etc", "gone", "latest", "loop", "pipe", "self"]
                .map { "out/\($0) is not kept: it is neither a file nor a link to one." }
        )
        Files.remove("\(flows.folder)/out")
        try flows.run(flow, id: "b")
        #expect(try flows.states("b") == ["one": .cached])
        #expect(try Files.text("\(flows.folder)/out/best") == "one")
        #expect(try Files.text("\(flows.folder)/out/two") == "two")
    }

    @Test func anOutputMayBeALinkToAFolder() throws {
        let flows = try TestFlows(kinds: [
            TestKind("writes") { call in
                try Files.makeFolder("\(call.folder)/real")
                try Files.writeNew("one".utf8, to: "\(call.folder)/real/one")
                #expect(symlink("real", "\(call.folder)/out") == 0)
                return TaskResult(files: [.init(name: "out", path: "\(call.folder)/out")])
            }
        ])
        var flow = Flow([FlowTask("one", "writes")])
        flow.folder = flows.folder
        #expect(try flows.run(flow) == .completed)
        #expect(try flows.result("one")?.files.map(\.name) == ["out/one"])
    }
}
