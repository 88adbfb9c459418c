internal import CKernels
internal import Glibc
internal import ModelFiles
internal import Tensors

/// Attention over sequences whose common beginning stands in the list once.
///
/// Everything else in a layer goes row by row, so that a beginning which many conversations share,
/// such as their system prompt, need be computed only once. Here each sequence needs it: its rows
/// are written out before every sequence, and in the backward pass what comes back to them is added
/// up. Lists in which nothing is shared go to the operator behind as they are.
final class SharedPrefixAttention: AttentionOperator, @unchecked Sendable {
    // @unchecked because of the buffers: a pass is used by one thread at a time.

    private let behind: any AttentionOperator
    private let workers: Workers
    private let HD: Int
    private let KD: Int
    private let wide: [Floats]  // four: (attended, H*D)
    private let narrow: [Floats]  // four: (attended, K*D)
    private let memory: FloatBuffer

    /// - Parameter attendedCapacity: The rows of all sequences written out, at most.
    init(
        _ behind: any AttentionOperator,
        _ configuration: ModelConfiguration,
        workers: Workers,
        attendedCapacity: Int
    ) {
        self.behind = behind
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

    /// The bytes that it needs beside the operator behind.
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
            return behind.forward(
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
        behind.forward(
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
            return behind.backward(
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
            // The beginning's own output is one, whose gradient counts once.
            if tile > 0 {
                let start = wide[2] + written[tile].rows.lowerBound * HD
                start.update(repeating: 0, count: layout.prefix.count * HD)
            }
        }
        behind.backward(
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
        // In the order of the sequences, whatever thread takes which row.
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

    /// Where the rows of a list lie once every sequence is written out.
    private struct Layout {
        /// The rows that all sequences begin with; they are the first of the list.
        let prefix: Range<Int>
        /// What follows them, a sequence each.
        let rests: [Range<Int>]
        /// The sequences written out.
        let sequences: [Segment]

        /// nil where nothing is shared.
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

        /// Writes one sequence out.
        func write(_ list: Floats, _ width: Int, _ index: Int, to out: Floats) {
            let start = out + sequences[index].rows.lowerBound * width
            start.update(from: list, count: prefix.count * width)
            let rest = rests[index]
            (start + prefix.count * width)
                .update(from: list + rest.lowerBound * width, count: rest.count * width)
        }

        /// Takes a sequence's rest into the list; with the first one, the beginning too.
        func read(_ written: Floats, _ width: Int, _ index: Int, into list: Floats) {
            let start = written + sequences[index].rows.lowerBound * width
            if index == 0 { list.update(from: start, count: prefix.count * width) }
            let rest = rests[index]
            (list + rest.lowerBound * width)
                .update(from: start + prefix.count * width, count: rest.count * width)
        }
    }
}
