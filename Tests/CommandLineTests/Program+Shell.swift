import Foundation

extension Program {
    /// Runs a line as a shell does if `workbench` is on the path.
    func shell(_ line: String) throws -> Output {
        let directory = URL(fileURLWithPath: Self.binary).deletingLastPathComponent().path
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "PATH=\(directory):$PATH; \(line)"]
        process.environment = environment
        process.currentDirectoryURL = URL(fileURLWithPath: folder)
        let pipe = Pipe()
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = pipe
        process.standardError = pipe
        try process.run()
        let text = String(
            decoding: pipe.fileHandleForReading.readDataToEndOfFile(),
            as: UTF8.self
        )
        process.waitUntilExit()
        return Output(status: process.terminationStatus, text: text, errors: "")
    }
}
