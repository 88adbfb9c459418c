import Glibc
package import Machine
import ModelFiles
import Platform
import Tensors

/// The software and the machine that a run was computed with: the artifact `environment.json`.
///
/// Only the environment variables of a short list are recorded, since others may hold passwords.
package struct RunEnvironment: Codable, Equatable, Sendable {
    package static let fileName = "environment.json"

    /// Variables that affect results or speed, and hold no secret.
    private static let recorded = [
        "CUDA_VISIBLE_DEVICES", "LANG", "LC_ALL", "NVIDIA_VISIBLE_DEVICES", "OMP_NUM_THREADS",
        "OPENBLAS_CORETYPE", "OPENBLAS_NUM_THREADS", "SLURM_ARRAY_TASK_ID", "SLURM_JOB_ID",
        "WORKBENCH_GEMM", "WORKBENCH_ISA",
    ]

    var system: String
    var kernel: String
    var processor: String
    var instructionSet: String
    var cores: Int
    var memoryBytes: Int64
    var openblasCore: String?
    var gpus: [String]
    var workingFolder: String
    package var variables: [String: String]

    package init(
        machine: MachineReading,
        variables: [String: String] = ProcessEnvironment.variables
    ) {
        var names = utsname()
        uname(&names)
        kernel = withUnsafeBytes(of: names.release) { Self.text($0) }
        system = Self.distribution ?? "Linux"
        processor = Processor.name
        instructionSet = InstructionSet.name
        cores = WorkerPool.shared.threadCount
        memoryBytes = machine.memoryTotal
        openblasCore = try? BLAS.coreName()
        gpus = machine.gpus.map(\.name)
        workingFolder = FilePaths.real(".") ?? "."
        self.variables = variables.filter { Self.recorded.contains($0.key) }
    }

    /// Such as `Debian GNU/Linux 12 (bookworm)`.
    private static var distribution: String? {
        let key = "PRETTY_NAME="
        let lines = ((try? Files.text("/etc/os-release")) ?? "").split(separator: "\n")
        return lines.first { $0.hasPrefix(key) }.map { line in
            String(line.dropFirst(key.count)).trimmingQuotes
        }
    }

    private static func text(_ bytes: UnsafeRawBufferPointer) -> String {
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
}

extension String {
    fileprivate var trimmingQuotes: String {
        hasPrefix("\"") && hasSuffix("\"") && count > 1 ? String(dropFirst().dropLast()) : self
    }
}
