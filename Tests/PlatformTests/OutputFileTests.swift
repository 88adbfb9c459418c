import Glibc
import Platform
import Testing

/// A folder that is removed with the test.
final class Scratch {
    let path: String

    init() {
        var template = Array("/tmp/workbench-output-XXXXXX".utf8CString)
        path = template.withUnsafeMutableBufferPointer { buffer in
            buffer.baseAddress.flatMap { mkdtemp($0) }.map { String(cString: $0) } ?? ""
        }
    }

    deinit {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    var names: [String] {
        Files.names(in: path)
    }

    func text(_ name: String) -> String? {
        let descriptor = open("\(path)/\(name)", O_RDONLY)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(descriptor, &buffer, buffer.count)
        return String(decoding: buffer.prefix(max(0, count)), as: UTF8.self)
    }

    func status(_ name: String) -> stat {
        var status = stat()
        lstat("\(path)/\(name)", &status)
        return status
    }

    func put(_ text: String, _ name: String, mode: mode_t = 0o644) {
        let descriptor = open("\(path)/\(name)", O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        _ = Array(text.utf8).withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        close(descriptor)
        chmod("\(path)/\(name)", mode)
    }
}

struct OutputFileTests {
    private let scratch = Scratch()

    private func write(_ text: String, to name: String, replaces: Bool = false) throws {
        try OutputFile.write(text.utf8, to: "\(scratch.path)/\(name)", replaces: replaces)
    }

    @Test func aFileThatIsOpenForWritingIsNotReplaced() throws {
        let path = "\(scratch.path)/database-log"
        try OutputFile.write("kept".utf8, to: path)
        for (flags, isReplaced) in [(O_RDWR, false), (O_WRONLY, false), (O_RDONLY, true)] {
            let descriptor = open(path, flags)
            defer { close(descriptor) }
            let link = "\(scratch.path)/link-\(flags)"
            symlink(path, link)
            if isReplaced {
                try OutputFile.write("new".utf8, to: link, replaces: true)
            } else {
                let error = #expect(throws: PlatformError.self) {
                    try OutputFile.write("new".utf8, to: link, replaces: true)
                }
                #expect(error?.message.contains("in use") == true)
            }
            #expect(scratch.text("database-log") == (isReplaced ? "new" : "kept"))
        }
    }

    @Test func aNewFileIsWrittenAndNothingElseIsLeft() throws {
        try write("rows", to: "new.csv")
        #expect(scratch.text("new.csv") == "rows")
        #expect(scratch.names == ["new.csv"])
    }

    @Test func anExistingFileIsReplacedOnlyOnRequest() throws {
        scratch.put("old", "table.md", mode: 0o640)
        let refused = #expect(throws: PlatformError.self) { try write("new", to: "table.md") }
        #expect(refused?.code == .exists)
        #expect(scratch.text("table.md") == "old")
        try write("new", to: "table.md", replaces: true)
        #expect(scratch.text("table.md") == "new")
        #expect(scratch.status("table.md").st_mode & 0o7777 == 0o640)
        #expect(scratch.names == ["table.md"])
    }

    @Test func aLinkStaysAndItsTargetIsWritten() throws {
        scratch.put("old", "real", mode: 0o600)
        symlink("real", "\(scratch.path)/once")
        symlink("\(scratch.path)/once", "\(scratch.path)/twice")
        try write("new", to: "twice", replaces: true)
        #expect(scratch.text("real") == "new")
        symlink("made", "\(scratch.path)/dangling")
        try write("first", to: "dangling")
        #expect(scratch.text("made") == "first")
        for name in ["once", "twice", "dangling"] {
            #expect(scratch.status(name).st_mode & S_IFMT == S_IFLNK)
        }
        symlink("loop", "\(scratch.path)/loop")
        #expect(throws: PlatformError.self) { try write("never", to: "loop", replaces: true) }
    }

    @Test func bytesGoThroughAPipeAndItStaysOne() throws {
        mkfifo("\(scratch.path)/pipe", 0o600)
        let reader = open("\(scratch.path)/pipe", O_RDONLY | O_NONBLOCK)
        defer { close(reader) }
        try write("through", to: "pipe")
        let file = try OutputFile("\(scratch.path)/pipe")
        try OutputFile.write(Array(" again".utf8), to: file.unfinished, replaces: true)
        try file.publish()
        var buffer = [UInt8](repeating: 0, count: 64)
        let count = read(reader, &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(count), as: UTF8.self) == "through again")
        #expect(scratch.names == ["pipe"])
        #expect(scratch.status("pipe").st_mode & S_IFMT == S_IFIFO)
    }

    @Test func waitingForAReaderOfAPipeCanBeCancelled() throws {
        mkfifo("\(scratch.path)/pipe", 0o600)
        let file = try OutputFile("\(scratch.path)/pipe")
        var asked = 0
        let error = #expect(throws: PlatformError.self) {
            try file.publish {
                asked += 1
                return asked == 2
            }
        }
        #expect(error?.message.contains("canceled") == true)
        #expect(asked == 2)
        #expect(scratch.names == ["pipe"])
        #expect(access(file.unfinished, F_OK) != 0)
    }

    @Test func aDeviceIsWrittenToAndItsErrorIsReported() throws {
        try OutputFile.write(Array("gone".utf8), to: "/dev/null")
        let full = #expect(throws: PlatformError.self) {
            try OutputFile.write(Array("more".utf8), to: "/dev/full")
        }
        #expect(full?.code == .full)
        #expect(full?.message.contains("/dev/full") == true)
        #expect(full?.message.contains("No space left on device") == true)
        var status = stat()
        stat("/dev/null", &status)
        #expect(status.st_mode & S_IFMT == S_IFCHR)
    }

    @Test func aSocketIsWrittenThrough() throws {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) {
            $0.copyBytes(from: "\(scratch.path)/socket".utf8)
        }
        let listener = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(listener) }
        let bound = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0 && listen(listener, 1) == 0)
        try write("said", to: "socket")
        let connection = accept(listener, nil, nil)
        defer { close(connection) }
        var buffer = [UInt8](repeating: 0, count: 16)
        let count = read(connection, &buffer, buffer.count)
        #expect(String(decoding: buffer.prefix(max(0, count)), as: UTF8.self) == "said")
    }

    @Test func aDescriptorOfTheProcessIsWrittenToAsItIs() throws {
        let target = open("\(scratch.path)/target", O_RDWR | O_CREAT, 0o600)
        defer { close(target) }
        let inode = scratch.status("target").st_ino
        try OutputFile.write(Array("a".utf8), to: "/dev/fd/\(target)")
        try OutputFile.write(Array("b".utf8), to: "/proc/self/fd/\(target)")
        #expect(scratch.text("target") == "ab")
        #expect(scratch.status("target").st_ino == inode)
    }

    @Test(arguments: ["", "/", ".", "missing/file", "folder/"])
    func anInvalidFileNameIsRefused(_ name: String) {
        let path = name.isEmpty || name == "/" ? name : "\(scratch.path)/\(name)"
        let error = #expect(throws: PlatformError.self) {
            try OutputFile.write(Array("x".utf8), to: path, replaces: true)
        }
        #expect(error?.code == .invalid)
        #expect(scratch.names.isEmpty)
    }

    @Test func existingCompanionsAreRefused() throws {
        scratch.put("log", "copy.db-wal")
        #expect(throws: PlatformError.self) {
            _ = try OutputFile("\(scratch.path)/copy.db", companions: ["-wal"])
        }
        #expect(scratch.names == ["copy.db-wal"])
    }

    @Test func unpublishedFilesAreRemoved() throws {
        let file = try OutputFile("\(scratch.path)/late.gguf")
        file.discard()
        #expect(scratch.names.isEmpty)
    }

    @Test func aFileThatAppearedMeanwhileIsNotReplaced() throws {
        let file = try OutputFile("\(scratch.path)/late.gguf")
        scratch.put("other", "late.gguf")
        #expect(throws: PlatformError.self) { try file.publish() }
        #expect(scratch.text("late.gguf") == "other")
        #expect(scratch.names == ["late.gguf"])
    }
}
