public import Platform
internal import Synchronization

/// A matrix in NF4 whose scales are quantized too, as QLoRA's frozen weights.
///
/// Every 64 numbers of a row have a scale, the largest magnitude among them,
/// and four bits each. The scales, less their mean, have eight bits each and a
/// float32 scale for 256 of them. Source: Dettmers et al., "QLoRA", arXiv
/// 2305.14314. The numbers are the ones that bitsandbytes 0.50 computes on a CPU
/// with `blocksize=64` and `compress_statistics=True`, bit for bit.
public struct NormalFloatMatrix: Sendable {
    /// The matrix for products, of type NF4, with the scales as they are after quantization.
    public let weight: Weight
    /// The codes of the scales: bitsandbytes' `absmax`.
    public let scaleCodes: [UInt8]
    /// The scale of each 256 scales: bitsandbytes' `nested_absmax`.
    public let scaleScales: [Float]
    /// The mean of the scales before: bitsandbytes' `nested_offset`.
    public let scaleOffset: Float

    /// Quantizes a matrix of any type that is not NF4 already, on the threads of `pool`.
    ///
    /// - Throws: `TensorError` if the rows are not a whole number of blocks of 64, or if a number is
    ///   not finite.
    public init(quantizing source: Weight, on pool: WorkerPool) throws(TensorError) {
        let type = ElementType.nf4
        let (rows, columns) = (source.rows, source.columns)
        guard columns % type.blockLength == 0 else {
            throw TensorError(
                .wrongShape,
                "A matrix with rows of \(columns) numbers cannot be stored as NF4.",
                hint: "NF4 needs rows that are a multiple of \(type.blockLength); use Q8_0 or F16"
            )
        }
        let memory = AlignedMemory(byteCount: type.byteCount(elements: rows * columns))
        let rowBytes = type.byteCount(elements: columns)
        let rowsInTile = max(1, (1 << 16) / columns)
        let numbers = FloatBuffer(count: pool.threadCount * columns)
        let areFinite = Atomic(true)
        pool.run(tiles: (rows + rowsInTile - 1) / rowsInTile, priority: .background) {
            tile,
            worker in
            let row = numbers.pointer + worker * columns
            for index in tile * rowsInTile..<min((tile + 1) * rowsInTile, rows) {
                source.type.dequantize(source.row(index), count: columns, into: row)
                guard type.canStore(row, count: columns) else {
                    areFinite.store(false, ordering: .relaxed)
                    return
                }
                type.quantize(row, count: columns, into: memory.pointer + index * rowBytes)
            }
        }
        guard areFinite.load(ordering: .relaxed) else {
            throw TensorError(
                .notFinite,
                "A matrix of \(rows) x \(columns) numbers has one that is NaN or infinite.",
                hint: "the model is damaged; get it again"
            )
        }
        let places = stride(from: 0, to: memory.byteCount, by: type.blockBytes)
        let scales = places.map { memory.pointer.load(fromByteOffset: $0, as: Float.self) }
        let mean = CascadeSum.mean(scales)
        (scaleCodes, scaleScales) = DynamicCode.quantize(scales.map { $0 - mean })
        scaleOffset = mean
        let rounded = DynamicCode.dequantize(scaleCodes, scales: scaleScales)
        for (place, scale) in zip(places, rounded) {
            memory.pointer.storeBytes(of: scale + mean, toByteOffset: place, as: Float.self)
        }
        weight = Weight(
            type: type,
            rows: rows,
            columns: columns,
            bytes: UnsafeRawBufferPointer(start: memory.pointer, count: memory.byteCount),
            owner: memory
        )
    }

    /// The codes of the numbers, two a byte and the first in the high half: bitsandbytes' `weight`.
    public var packedCodes: [UInt8] {
        let block = ElementType.nf4.blockBytes
        return stride(from: 0, to: weight.bytes.count, by: block).flatMap {
            weight.bytes[$0 + MemoryLayout<Float>.size..<$0 + block]
        }
    }
}

extension Weight {
    /// A matrix of type NF4 from its codes and its scales.
    ///
    /// - Parameters:
    ///   - packedCodes: The codes row after row, two a byte and the first in the high half:
    ///     `rows * columns / 2` bytes.
    ///   - scales: One for each 64 numbers; `columns` is a multiple of 64.
    public static func normalFloat(
        rows: Int,
        columns: Int,
        packedCodes: UnsafeRawBufferPointer,
        scales: some Collection<Float>
    ) -> Weight {
        let type = ElementType.nf4
        let codeBytes = type.blockLength / 2
        precondition(
            packedCodes.count == rows * columns / 2
                && scales.count * codeBytes == packedCodes.count,
            "\(packedCodes.count) bytes and \(scales.count) scales for \(rows) x \(columns)"
        )
        let memory = AlignedMemory(byteCount: type.byteCount(elements: rows * columns))
        let bytes = UnsafeMutableRawBufferPointer(start: memory.pointer, count: memory.byteCount)
        for (block, scale) in scales.enumerated() {
            let place = block * type.blockBytes
            bytes.storeBytes(of: scale, toByteOffset: place, as: Float.self)
            let codes = packedCodes[block * codeBytes..<(block + 1) * codeBytes]
            let target = place + MemoryLayout<Float>.size..<place + type.blockBytes
            UnsafeMutableRawBufferPointer(rebasing: bytes[target])
                .copyMemory(from: UnsafeRawBufferPointer(rebasing: codes))
        }
        return Weight(
            type: type,
            rows: rows,
            columns: columns,
            bytes: UnsafeRawBufferPointer(start: memory.pointer, count: memory.byteCount),
            owner: memory
        )
    }
}
