internal import CKernels
internal import Glibc
internal import ModelFiles
internal import Tensors

/// Attention over sequences whose common prefix is in the list once.
///
/// Everything else in a layer works row by row, so a prefix that many conversations share, such as
/// their system prompt, is computed once. Attention needs it for each sequence: its rows are copied
/// before every sequence, and in the backward pass the gradients of the copies are added up. Lists
/// without a shared prefix go to the wrapped operator unchanged.
final class SharedPrefixAttention: AttentionOperator, @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    private let wrapped: any AttentionOperator
    private let workers: Workers
    private let HD: Int
    private let KD: Int
    private let wide: [Floats]  // four: (attended, H*D)
    private let narrow: [Floats]  // four: (attended, K*D)
    private let memory: FloatBuffer

    /// - Parameter attendedCapacity: The maximum number of rows of all expanded sequences.
    init(
        _ wrapped: any AttentionOperator,
        _ configuration: ModelConfiguration,
        workers: Workers,
        attendedCapacity: Int
    ) {
        self.wrapped = wrapped
        self.workers = workers
        let (HD, KD) = Self.widths(configuration)
        (self.HD, self.KD) = (HD, KD)
        let memory = FloatBuffer(count: attendedCapacity * 4 * (HD + KD))
        self.memory = memory
        wide = (0..<4).map { memory.pointer + $0 * attendedCapacity * HD }
        narrow = (0..<4).map {
            memory.pointer + attendedCapacity * (4 * HD + $0 * KD)
        }
    }

    /// The bytes that it needs, apart from the wrapped operator.
    static func byteCount(_ configuration: ModelConfiguration, attendedCapacity: Int) -> Int {
        let (HD, KD) = widths(configuration)
        return MemoryLayout<Float>.stride * attendedCapacity * 4 * (HD + KD)
    }

    private static func widths(_ configuration: ModelConfiguration) -> (HD: Int, KD: Int) {
        (
            configuration.headCount * configuration.headWidth,
            configuration.keyValueHeadCount * configuration.headWidth
        )
    }

    func forward(
        _ out: Floats,
        logSums: Floats?,
        query: Floats,
        key: Floats,
        value: Floats,
        layer: Int,
        segments: [Segment]
    ) {
        guard let layout = Layout(segments) else {
            return wrapped.forward(
                out,
                logSums: logSums,
                query: query,
                key: key,
                value: value,
                layer: layer,
                segments: segments
            )
        }
        let written = layout.sequences
        workers.run(tiles: written.count) { tile, _ in
            layout.write(query, HD, tile, to: wide[0])
            layout.write(key, KD, tile, to: narrow[0])
            layout.write(value, KD, tile, to: narrow[1])
        }
        wrapped.forward(
            wide[1],
            logSums: logSums,
            query: wide[0],
            key: narrow[0],
            value: narrow[1],
            layer: layer,
            segments: written
        )
        workers.run(tiles: written.count) { tile, _ in layout.read(wide[1], HD, tile, into: out) }
    }

    func backward(
        dquery: Floats,
        dkey: Floats,
        dvalue: Floats,
        dout: Floats,
        saved: AttentionState,
        layer: Int,
        segments: [Segment]
    ) {
        guard let layout = Layout(segments) else {
            return wrapped.backward(
                dquery: dquery,
                dkey: dkey,
                dvalue: dvalue,
                dout: dout,
                saved: saved,
                layer: layer,
                segments: segments
            )
        }
        let written = layout.sequences
        workers.run(tiles: written.count) { tile, _ in
            layout.write(saved.query, HD, tile, to: wide[0])
            layout.write(saved.attended, HD, tile, to: wide[1])
            layout.write(saved.key, KD, tile, to: narrow[0])
            layout.write(saved.value, KD, tile, to: narrow[1])
            layout.write(dout, HD, tile, to: wide[2])
            // The prefix has one output, whose gradient counts once.
            if tile > 0 {
                let start = wide[2] + written[tile].rows.lowerBound * HD
                start.update(repeating: 0, count: layout.prefix.count * HD)
            }
        }
        wrapped.backward(
            dquery: wide[3],
            dkey: narrow[2],
            dvalue: narrow[3],
            dout: wide[2],
            saved: AttentionState(
                query: wide[0],
                key: narrow[0],
                value: narrow[1],
                attended: wide[1],
                logSums: saved.logSums
            ),
            layer: layer,
            segments: written
        )
        workers.run(tiles: written.count) { tile, _ in
            layout.read(wide[3], HD, tile, into: dquery)
            layout.read(narrow[2], KD, tile, into: dkey)
            layout.read(narrow[3], KD, tile, into: dvalue)
        }
        // In the order of the sequences, so that the result does not depend on the threads.
        workers.forEachRowTile(layout.prefix.count) { rows in
            for sequence in written.dropFirst() {
                for (sum, part) in [(dkey, narrow[2]), (dvalue, narrow[3])] {
                    wb_add_scaled(
                        sum + rows.lowerBound * KD,
                        1,
                        part + (sequence.rows.lowerBound + rows.lowerBound) * KD,
                        rows.count * KD
                    )
                }
            }
        }
    }

    /// The places of a list's rows when every sequence is expanded.
    private struct Layout {
        /// The rows of the prefix, the first of the list.
        let prefix: Range<Int>
        /// The rows that follow it, for each sequence.
        let rests: [Range<Int>]
        /// The expanded sequences.
        let sequences: [Segment]

        /// nil if nothing is shared.
        init?(_ segments: [Segment]) {
            guard let prefix = segments.last?.prefix else { return nil }
            self.prefix = prefix
            rests = segments.dropFirst().map(\.rows)
            var sequences: [Segment] = []
            var start = 0
            for rest in rests {
                let end = start + prefix.count + rest.count
                sequences.append(Segment(rows: start..<end, firstPosition: 0, cache: nil))
                start = end
            }
            self.sequences = sequences
        }

        /// Expands one sequence.
        func write(_ list: Floats, _ width: Int, _ index: Int, to out: Floats) {
            let start = out + sequences[index].rows.lowerBound * width
            start.update(from: list, count: prefix.count * width)
            let rest = rests[index]
            (start + prefix.count * width)
                .update(from: list + rest.lowerBound * width, count: rest.count * width)
        }

        /// Copies a sequence's rest back to the list; with the first sequence, the prefix too.
        func read(_ written: Floats, _ width: Int, _ index: Int, into list: Floats) {
            let start = written + sequences[index].rows.lowerBound * width
            if index == 0 { list.update(from: start, count: prefix.count * width) }
            let rest = rests[index]
            (list + rest.lowerBound * width)
                .update(from: start + prefix.count * width, count: rest.count * width)
        }
    }
}
