internal import CKernels
internal import Platform

/// Which kernels this process computes with.
///
/// The best ones that the processor supports, unless the environment variable
/// `WORKBENCH_ISA` names others: `avx512vnni` (AVX-512 with VNNI and BF16),
/// `avx512`, `avx2` or `portable`.
public enum InstructionSet {
    /// The kernels in use.
    public static var name: String { String(cString: wb_active_kernels().pointee.name) }

    /// The kernels that this processor can use, the least capable first.
    public static var available: [String] {
        (0..<Int(WB_INSTRUCTION_SETS)).compactMap { index in
            wb_kernels(index).map { String(cString: $0.pointee.name) }
        }
    }

    /// Checks that the kernels in use are the requested ones.
    ///
    /// - Throws: `TensorError` if `WORKBENCH_ISA` names what this machine does not have.
    public static func check() throws {
        guard let refused = wb_refused_instruction_set() else { return }
        throw TensorError(
            .unknownInstructionSet,
            "WORKBENCH_ISA names kernels that this machine cannot use: \(String(cString: refused)).",
            hint: "set it to one of \(available.joined(separator: ", ")), or unset it"
        )
    }
}
