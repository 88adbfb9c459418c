import Foundation
import Testing
import TestModels

/// The release binary in a home of its own, with a tiny model as the only installed one.
final class Program {
    let folder: String
    var workspace: String { "\(folder)/workspace" }
    var cache: String { "\(folder)/cache" }
    var model: String { "\(cache)/workbench/models/tiny.gguf" }

    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    static let binary = root.appendingPathComponent(".build/release/workbench").path

    struct Output {
        let status: Int32
        let text: String
        let errors: String

        /// The JSON objects among the lines.
        var objects: [[String: Any]] {
            text.split(separator: "\n").compactMap {
                (try? JSONSerialization.jsonObject(with: Data($0.utf8))) as? [String: Any]
            }
        }
    }

    init(hasModel: Bool = true) throws {
        folder = try TemporaryFolder.make()
        try FileManager.default.createDirectory(
            atPath: "\(cache)/workbench/models",
            withIntermediateDirectories: true
        )
        if hasModel { try TestModel().write(to: model) }
    }

    deinit { TemporaryFolder.remove(folder) }

    var environment: [String: String] {
        [
            "HOME": folder, "PATH": "/usr/bin:/bin", "TERM": "xterm-256color", "LC_ALL": "C.UTF-8",
            "XDG_CACHE_HOME": cache, "WORKBENCH_HOME": workspace, "SWIFT_BACKTRACE": "enable=no",
        ]
    }

    /// A running process, with its output as it comes.
    ///
    /// - Parameter limit: Arguments of `ulimit` before the program starts, such as `-n 20`.
    func start(
        _ arguments: [String],
        in folder: String? = nil,
        limit: String? = nil
    ) throws -> (process: Process, output: FileHandle, errors: FileHandle) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: limit == nil ? Self.binary : "/bin/sh")
        process.arguments =
            limit.map { ["-c", #"ulimit \#($0); exec "$@""#, "sh", Self.binary] + arguments }
            ?? arguments
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder ?? self.folder)
        let (output, errors) = (Pipe(), Pipe())
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = output
        process.standardError = errors
        try process.run()
        return (process, output.fileHandleForReading, errors.fileHandleForReading)
    }

    /// Runs a command to its end.
    @discardableResult
    func run(_ arguments: String..., in folder: String? = nil) throws -> Output {
        try run(arguments, in: folder)
    }

    /// Runs a command to its end, within a limit of `ulimit`.
    func run(
        _ arguments: [String],
        in folder: String? = nil,
        limit: String? = nil
    ) throws -> Output {
        let (process, output, errors) = try start(arguments, in: folder, limit: limit)
        let text = String(decoding: output.readDataToEndOfFile(), as: UTF8.self)
        let complaint = String(decoding: errors.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        let status =
            process.terminationReason == .exit
            ? process.terminationStatus : -process.terminationStatus
        return Output(status: status, text: text, errors: complaint)
    }

    /// Writes a file into the home and returns its path.
    func file(_ name: String, _ text: String) throws -> String {
        let path = "\(folder)/\(name)"
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        return path
    }

    /// A small dataset that a tiny model can learn.
    func dataset(_ name: String = "rows.jsonl", rows: Int = 12) throws -> String {
        try file(
            name,
            (0..<rows).map {
                #"{"messages":[{"role":"user","content":"q\#($0)"},{"role":"assistant","content":"a\#($0 % 4)!"}]}"#
            }.joined(separator: "\n") + "\n"
        )
    }
}

/// Reads lines as they come.
struct LineReader {
    private let handle: FileHandle
    private var rest = Data()

    init(_ handle: FileHandle) {
        self.handle = handle
    }

    mutating func next() -> String? {
        while true {
            if let end = rest.firstIndex(of: 10) {
                let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
                rest = rest[rest.index(after: end)...]
                return line
            }
            let more = handle.availableData
            if more.isEmpty { return nil }
            rest.append(more)
        }
    }
}
