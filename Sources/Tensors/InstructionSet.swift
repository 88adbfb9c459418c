internal import CKernels

/// What the kernels of this process were compiled for.
public enum InstructionSet {
    /// The generation in use: "AVX-512", "AVX2" or "portable".
    public static var name: String { String(cString: wb_instruction_set()) }
}
