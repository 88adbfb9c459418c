public import Machine
import ModelFiles
import Platform
import Tensors

/// The machine's hardware and its measured peak rates.
public struct MachineReport: Sendable, Equatable, Codable {
    /// The processor's name.
    public var processor: String
    /// Processors that this process may use.
    public var cores: Int
    /// The kernels in use, as `WORKBENCH_ISA` names them.
    public var instructionSet: String
    /// What `fast` precision multiplies weights in, as `WORKBENCH_GEMM` names it.
    public var products: String
    /// Billions of operations per second of one thread in each format, as they were measured once.
    public var productGops: [String: Double]
    /// Why the processor's tile unit is not used; nil if it is, or if there is none.
    public var tilesRefusal: String?
    /// Why measured speeds cannot be kept, so that every process measures them; nil if they can.
    public var cacheObstacle: String?
    /// The kernels chosen by OpenBLAS; nil if not installed.
    public var openblasCore: String?
    /// Billions of float32 operations per second, on all cores together.
    public var float32Gflops: Double
    /// Billions of bfloat16 operations per second with float32 sums.
    public var bfloat16Gflops: Double
    /// Billions of bfloat16 operations per second of the tile units; nil without them.
    public var tileGflops: Double?
    /// Billions of 8-bit integer operations per second.
    public var int8Gops: Double
    /// Billions of bytes read from memory per second.
    public var readGigabytesPerSecond: Double
    /// The memory and the GPUs.
    public var machine: MachineReading
    /// The workspace folder.
    public var workspace: String
    /// The installed models.
    public var models: [String]
}

extension Workspace {
    /// Measures the machine, for about a second.
    ///
    /// Blocks.
    public func measureMachine() throws -> MachineReport {
        let formats = try WorkspaceError.translating {
            try InstructionSet.check()
            return try ProductFormats.ofThisProcess()
        }
        let pool = WorkerPool.shared
        let limits = Roofline.measure(pool)
        return MachineReport(
            processor: Processor.name,
            cores: pool.threadCount,
            instructionSet: InstructionSet.name,
            products: "\(formats)",
            productGops: [
                "int8": ProductSpeeds.ofThisMachine.int8,
                "bfloat16": ProductSpeeds.ofThisMachine.bfloat16,
                "float32": ProductSpeeds.ofThisMachine.float32,
            ],
            tilesRefusal: InstructionSet.tilesRefusal,
            cacheObstacle: UserCache.obstacle(in: "\(UserCache.folder())/measured"),
            openblasCore: try? BLAS.coreName(),
            float32Gflops: limits.float32Gflops,
            bfloat16Gflops: limits.bfloat16Gflops,
            tileGflops: limits.tileGflops,
            int8Gops: limits.int8Gops,
            readGigabytesPerSecond: limits.readGigabytesPerSecond,
            machine: machine.read(),
            workspace: folder,
            models: try models.list().filter(\.isInstalled).map(\.name)
        )
    }
}
