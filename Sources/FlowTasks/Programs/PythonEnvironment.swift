import Glibc
import Platform
import Workflows

/// A virtual environment of Python, kept by the content of its requirements.
struct PythonEnvironment {
    private let folder: String

    /// Its interpreter.
    var interpreter: String { "\(folder)/bin/python" }

    /// The variables that activate it.
    var variables: [String: String] {
        let path = ProcessEnvironment.variables["PATH"] ?? "/usr/bin:/bin"
        return ["VIRTUAL_ENV": folder, "PATH": "\(folder)/bin:\(path)"]
    }

    /// The environment of these requirements, which is made if it does not exist.
    ///
    /// One process makes it; others wait for it.
    ///
    /// - Parameters:
    ///   - python: The interpreter that it is made with.
    ///   - cache: The folder of all environments.
    static func make(
        _ requirements: String,
        python: String,
        in cache: String,
        for call: TaskCall
    ) throws -> PythonEnvironment {
        try FlowError.translating {
            let version = try output(of: python, ["-c", "import sys; print(sys.version)"], call)
            let digest = sha256(of: "\(python)\n\(version)\n\(requirements)")
            let folder = "\(cache)/python/\(digest.prefix(24))"
            let environment = PythonEnvironment(folder: folder)
            if environment.isComplete { return environment }
            try Files.makeFolder("\(cache)/python")
            let lock = try lock("\(folder).lock", call)
            defer { withExtendedLifetime(lock) {} }
            if environment.isComplete { return environment }
            // An environment that an earlier attempt left here is incomplete.
            Files.remove(folder)
            try environment.fill(requirements, python, call)
            return environment
        }
    }

    /// Written last.
    private var mark: String { "\(folder)/.workbench-complete" }
    private var isComplete: Bool { FilePaths.exists(mark) && FilePaths.exists(interpreter) }

    private func fill(_ requirements: String, _ python: String, _ call: TaskCall) throws {
        call.progress(nil, "makes the Python environment")
        let created = try Self.execute(python, ["-m", "venv", folder], call)
        guard created.status == .exited(0) else {
            throw FlowError(
                .failed,
                "\(python) cannot make a virtual environment: \(created.reason)",
                hint: "Install its module `venv` (on Debian: `apt install python3-venv`)."
            )
        }
        let file = "\(folder)/requirements.txt"
        try Files.writeNew(requirements.utf8, to: file)
        let installed = try Self.execute(
            interpreter,
            ["-m", "pip", "install", "--disable-pip-version-check", "--no-input", "-r", file],
            call
        )
        guard installed.status == .exited(0) else {
            Files.remove(folder)
            throw FlowError(
                .failed,
                "The requirements could not be installed: \(installed.reason)",
                hint: "Check the names and the connection; the task's log has pip's lines."
            )
        }
        try Files.writeNew([], to: mark)
    }

    /// Waits for the lock on the environment.
    private static func lock(_ path: String, _ call: TaskCall) throws -> Descriptor {
        guard let file = Descriptor.open(path, O_RDWR | O_CREAT) else {
            throw PlatformError(writing: path)
        }
        let pause = Guarded(false)
        while true {
            let number = FileLock.attempt(.exclusive, on: file.number)
            if number == 0 { return file }
            guard number == EWOULDBLOCK else {
                throw PlatformError("\(path) cannot be locked", number)
            }
            try call.checkCancellation()
            call.progress(nil, "waits for the Python environment that another task makes")
            _ = pause.wait(seconds: 0.1) { _ in Bool?.none }
        }
    }

    private static func output(
        of python: String,
        _ arguments: [String],
        _ call: TaskCall
    ) throws -> String {
        var lines: [String] = []
        let program = CapturedProgram(.program(python, arguments), folder: call.folder)
        let status = try program.run(isCancelled: { call.isCancelled }) { lines.append($0.text) }
        guard status == .exited(0) else {
            throw FlowError(.failed, "\(python) does not run: \(lines.last ?? "\(status)")")
        }
        return lines.joined(separator: "\n")
    }

    /// Runs a program whose lines go to the task's log; the reason is its last line with an error.
    private static func execute(
        _ name: String,
        _ arguments: [String],
        _ call: TaskCall
    ) throws -> (status: ChildProcess.Status, reason: String) {
        var reason = ""
        var program = CapturedProgram(.program(name, arguments), folder: call.folder)
        program.inherited = try call.lock()
        program.grace = { call.grace }
        let status = try program.run(
            isCancelled: { call.isCancelled },
            started: { call.started($0.number) },
            take: { line in
                guard !line.isUpdate else { return }
                call.log(line.text)
                let isError = line.text.lowercased().contains("error")
                if isError || reason.isEmpty { reason = line.text }
            }
        )
        return (status, reason.isEmpty ? "\(status)." : reason)
    }
}
