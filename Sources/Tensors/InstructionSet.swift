internal import CKernels
internal import Platform

/// Which kernels this process computes with.
///
/// The best ones that the processor supports, unless the environment variable
/// `WORKBENCH_ISA` names others: `amx` (tiles, and all of the next), `avx512bf16` (AVX-512 with VNNI
/// and BF16), `avx512vnni` (with VNNI alone), `avx512`, `avx2` or `portable`. `amx-in-c` has the
/// tiles in plain C; it is for tests on machines without them.
public enum InstructionSet {
    /// The kernels in use.
    public static var name: String { String(cString: wb_active_kernels().pointee.name) }

    /// Whether the kernels in use have vectors of 64 bytes.
    public static var hasAVX512: Bool { uses(WB_UNIT_AVX512) }

    /// Whether the kernels in use multiply bytes with instructions of their own (VNNI).
    public static var hasVNNI: Bool { uses(WB_UNIT_VNNI) }

    /// Whether the kernels in use multiply bfloat16 numbers with instructions of their own (BF16);
    /// others widen them to float32 first.
    public static var hasBFloat16: Bool { uses(WB_UNIT_BF16) }

    /// Whether the kernels in use multiply bfloat16 numbers in tiles (AMX), be they instructions or
    /// plain C.
    public static var hasTiles: Bool { uses(WB_UNIT_TILES) }

    /// Why this process may not use the tiles that the processor has; nil if it may, or if there are
    /// none.
    public static var tilesRefusal: String? { wb_tiles_refusal().map { String(cString: $0) } }

    private static func uses(_ unit: Int) -> Bool {
        wb_active_kernels().pointee.units & UInt32(unit) != 0
    }

    /// The kernels that this processor can use, the least capable first; those for tests are the last.
    public static var available: [String] { names(Int(WB_INSTRUCTION_SETS)) }

    /// Those of ``available`` that are not for tests.
    package static var forUse: [String] { names(Int(WB_AMX_IN_C)) }

    private static func names(_ count: Int) -> [String] {
        (0..<count).compactMap { wb_kernels($0).map { String(cString: $0.pointee.name) } }
    }

    /// Checks that the kernels in use are the requested ones.
    ///
    /// - Throws: `TensorError` if `WORKBENCH_ISA` names what this machine does not have.
    public static func check() throws {
        guard let refused = wb_refused_instruction_set() else { return }
        throw TensorError(
            .unknownInstructionSet,
            "WORKBENCH_ISA names kernels that this machine cannot use: \(String(cString: refused)).",
            hint: "set it to one of \(forUse.joined(separator: ", ")), or unset it"
        )
    }
}
