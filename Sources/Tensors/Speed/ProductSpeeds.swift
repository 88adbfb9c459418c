internal import CKernels
internal import Platform

/// How fast one thread multiplies matrices in each format, in billions of operations a second.
///
/// Measured once for a processor and its kernels, and kept, so that the formats that follow from it
/// are the same in every run.
public struct ProductSpeeds: Sendable, Equatable, Codable {
    /// Quantized weights times activations of eight bits.
    public let int8: Double
    /// bfloat16 factors.
    public let bfloat16: Double
    /// Float32 factors.
    public let float32: Double

    /// How much faster a less accurate format must be.
    private static let margin = 1.15

    /// Speeds that were measured.
    public init(int8: Double, bfloat16: Double, float32: Double) {
        self.int8 = int8
        self.bfloat16 = bfloat16
        self.float32 = float32
    }

    /// The formats to multiply in: a more accurate one unless another is clearly faster.
    public var fastest: ProductFormats {
        let wide = bfloat16 > Self.margin * float32
        let backward: ProductFormats.Format = wide ? .bfloat16 : .float32
        let best = wide ? bfloat16 : float32
        return ProductFormats(
            forward: int8 > Self.margin * best ? .int8 : backward,
            backward: backward
        )
    }
}

extension ProductSpeeds {
    private static let version = 1

    /// The speeds of this processor with the kernels in use.
    public static let ofThisMachine = ofThisMachine(folder: "\(UserCache.folder())/measured")

    /// The speeds of this processor with the kernels in use: as they were kept in a folder, else
    /// measured now, in some milliseconds, and kept there.
    package static func ofThisMachine(
        folder: String,
        processor: String = Processor.name,
        measure: () -> ProductSpeeds = measured
    ) -> ProductSpeeds {
        let file = CacheFile(
            folder: folder,
            kind: "products",
            version: version,
            key: "\(processor)|\(InstructionSet.name)"
        )
        if let kept = file.read().flatMap(Self.init(bytes:)) { return kept }
        let speeds = measure()
        file.write(speeds.bytes)
        // Of two processes that measure at once, both use what was written last.
        return file.read().flatMap(Self.init(bytes:)) ?? speeds
    }

    /// Measures one thread: what matters is which is faster, and that does not depend on others.
    package static func measured() -> ProductSpeeds {
        let bench = KernelBench(WorkerPool(threads: 1))
        let (T, N, K) = (256, 64, 576)
        // In turn and twice, so that another program's short work does not make one format slow.
        let rounds = (0..<2).map { _ in
            ProductSpeeds(
                int8: bench.int8Matrix(.q4_1, T: T, N: N, K: K, .unknown).rate,
                bfloat16: bench.bfloat16Matrix(T: T, N: N, K: K, .unknown).rate,
                float32: bench.float32Matrix(T: T, N: N, K: K, .unknown).rate
            )
        }
        return ProductSpeeds(
            int8: max(rounds[0].int8, rounds[1].int8),
            bfloat16: max(rounds[0].bfloat16, rounds[1].bfloat16),
            float32: max(rounds[0].float32, rounds[1].float32)
        )
    }

    private var bytes: [UInt8] { Array("\(int8) \(bfloat16) \(float32)\n".utf8) }

    private init?(bytes: [UInt8]) {
        let numbers = String(decoding: bytes, as: UTF8.self).split { $0 == " " || $0 == "\n" }
            .compactMap { Double($0) }
        guard numbers.count == 3, numbers.allSatisfy({ $0 > 0 && $0.isFinite }) else { return nil }
        self.init(int8: numbers[0], bfloat16: numbers[1], float32: numbers[2])
    }
}
