import Platform
import Synchronization
import Tensors

/// Converts matrices to another type, some million numbers at a time, on several threads.
struct WeightConversion {
    /// The number of elements that are widened at once.
    private static let chunk = 1 << 22
    /// The number of elements per thread.
    private static let tile = 1 << 16

    /// The model's path, for errors.
    let path: String
    /// A change to matrices on the way.
    let change: (any MatrixChange)?
    /// The threads for the computation.
    let pool: WorkerPool

    /// Passes the bytes of a matrix in another type to `take`, with the count of numbers in them.
    ///
    /// - Throws: `ModelFileError` if the type cannot represent a number, or if it was cancelled.
    func convert(
        _ weight: Weight,
        named name: String,
        to type: ElementType,
        isCancelled: () -> Bool,
        take: (UnsafeRawBufferPointer, _ numberCount: Int) throws -> Void
    ) throws {
        let (rows, columns) = (weight.rows, weight.columns)
        let rowsAtOnce = max(1, min(rows, Self.chunk / columns))
        let isCopied = type == weight.type && change?.changes(name) != true
        let out = AlignedMemory(
            byteCount: isCopied ? 0 : type.byteCount(elements: rowsAtOnce * columns)
        )
        for row in stride(from: 0, to: rows, by: rowsAtOnce) {
            guard !isCancelled() else { throw cancelled }
            let range = row..<min(row + rowsAtOnce, rows)
            guard !isCopied else {
                let part = UnsafeRawBufferPointer(
                    start: weight.row(row),
                    count: range.count * weight.rowByteCount
                )
                try take(part, range.count * columns)
                continue
            }
            guard convert(weight, name, range, into: out.pointer, type) else {
                throw notStorable(name, type)
            }
            let written = UnsafeRawBufferPointer(
                start: out.pointer,
                count: type.byteCount(elements: range.count * columns)
            )
            try take(written, range.count * columns)
        }
    }

    /// Converts whole rows; false if a number cannot be represented in the new type.
    private func convert(
        _ weight: Weight,
        _ name: String,
        _ range: Range<Int>,
        into out: UnsafeMutableRawPointer,
        _ type: ElementType
    ) -> Bool {
        let columns = weight.columns
        let rowsInTile = max(1, Self.tile / columns)
        let tiles = (range.count + rowsInTile - 1) / rowsInTile
        let numbers = FloatBuffer(count: pool.threadCount * rowsInTile * columns)
        let areStorable = Atomic(true)
        pool.run(tiles: tiles, priority: .background) { tile, worker in
            let first = tile * rowsInTile
            let rows = min(rowsInTile, range.count - first)
            let count = rows * columns
            let place = numbers.pointer + worker * rowsInTile * columns
            let firstRow = range.lowerBound + first
            weight.type.dequantize(weight.row(firstRow), count: count, into: place)
            change?.apply(to: name, columns: columns, rows: firstRow..<firstRow + rows, place)
            guard type.canStore(place, count: count) else {
                areStorable.store(false, ordering: .relaxed)
                return
            }
            let target = out + type.byteCount(elements: first * columns)
            type.quantize(place, count: count, into: target)
        }
        return areStorable.load(ordering: .relaxed)
    }

    private func notStorable(_ name: String, _ type: ElementType) -> ModelFileError {
        ModelFileError(
            .unsupportedType,
            "Tensor \(name) of \(path) has a number that is NaN, or beyond "
                + "\(type.largestMagnitude), the most that \(type) can hold.",
            hint: type.isQuantized || type == .f16
                ? "try BF16, or get the model again if it is damaged"
                : "the model is damaged; get it again"
        )
    }

    private var cancelled: ModelFileError {
        ModelFileError(
            .cancelled,
            "The conversion of \(path) was stopped.",
            hint: "nothing of the new file is left; start again"
        )
    }
}
