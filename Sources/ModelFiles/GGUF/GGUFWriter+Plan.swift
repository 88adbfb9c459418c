internal import Platform
internal import Tensors

extension GGUFWriter {
    /// The layout of the file.
    struct Plan {
        /// The file's first bytes, up to the padding before the first tensor.
        let header: [UInt8]
        /// The tensors' bytes, counted from the start of the file.
        let places: [Range<Int>]
        /// The size of the file.
        let byteCount: Int
    }

    /// Checks the content of the file, and computes its layout.
    func plan(_ path: String) throws(ModelFileError) -> Plan {
        guard (8...1 << 20).contains(alignment), alignment & (alignment - 1) == 0 else {
            throw Self.impossible(path, "the alignment \(alignment) is no power of two from 8 up")
        }
        var values = metadata.filter { $0.key != Self.alignmentKey }
        if alignment != 32 {
            values.append((Self.alignmentKey, .uint32(UInt32(alignment))))
        }
        var out = GGUFBytes()
        out.bytes = Array("GGUF".utf8)
        out.append(UInt32(3))
        out.append(UInt64(tensors.count))
        out.append(UInt64(values.count))
        var keys: Set<String> = []
        for (key, value) in values {
            guard (1...65535).contains(key.utf8.count), keys.insert(key).inserted else {
                throw Self.impossible(path, "the key \"\(key)\" is empty, too long or there twice")
            }
            out.append(string: key.utf8)
            value.append(to: &out)
        }
        var names: Set<String> = []
        var offsets: [Range<Int>] = []
        var end = 0
        for tensor in tensors {
            guard (1...63).contains(tensor.name.utf8.count), names.insert(tensor.name).inserted
            else {
                throw Self.impossible(
                    path,
                    "the tensor name \"\(tensor.name)\" is empty, longer than 63 bytes or there twice"
                )
            }
            let start = try aligned(end, path)
            out.append(string: tensor.name.utf8)
            out.append(UInt32(tensor.shape.count))
            for extent in tensor.shape.reversed() { out.append(UInt64(extent)) }
            out.append(tensor.type.rawValue)
            out.append(UInt64(start))
            let (next, overflow) = start.addingReportingOverflow(try byteCount(tensor, path))
            guard !overflow else { throw Self.impossible(path, "it would be too large") }
            offsets.append(start..<next)
            end = next
        }
        let dataStart = (out.bytes.count + alignment - 1) / alignment * alignment
        let (size, overflow) = dataStart.addingReportingOverflow(end)
        guard !overflow, size <= Int.max - alignment else {
            throw Self.impossible(path, "it would be too large")
        }
        return Plan(
            header: out.bytes,
            places: offsets.map { dataStart + $0.lowerBound..<dataStart + $0.upperBound },
            byteCount: (size + alignment - 1) / alignment * alignment
        )
    }

    private static let alignmentKey = "general.alignment"

    /// The next offset from `end` at which a tensor may begin.
    private func aligned(_ end: Int, _ path: String) throws(ModelFileError) -> Int {
        guard end <= Int.max - alignment else {
            throw Self.impossible(path, "it would be too large")
        }
        return (end + alignment - 1) / alignment * alignment
    }

    private func byteCount(_ tensor: Tensor, _ path: String) throws(ModelFileError) -> Int {
        let (name, shape, type) = (tensor.name, tensor.shape, tensor.type)
        guard type.isInGGUF else {
            throw Self.impossible(path, "tensor \(name) is of type \(type), which GGUF lacks")
        }
        guard (1...4).contains(shape.count), shape.allSatisfy({ $0 > 0 }), let columns = shape.last
        else {
            throw Self.impossible(path, "tensor \(name) has the shape \(shape)")
        }
        guard columns % type.blockLength == 0 else {
            throw Self.impossible(
                path,
                "the rows of tensor \(name), \(columns) numbers, are no whole number of \(type) "
                    + "blocks of \(type.blockLength)"
            )
        }
        var elements = 1
        for extent in shape {
            let (product, overflow) = elements.multipliedReportingOverflow(by: extent)
            guard !overflow, product <= Int.max / 64 else {
                throw Self.impossible(path, "tensor \(name) has the shape \(shape)")
            }
            elements = product
        }
        return type.byteCount(elements: elements)
    }

    private static func impossible(_ path: String, _ what: String) -> ModelFileError {
        ModelFileError(
            .unwritable,
            "\(path) cannot be written as GGUF: \(what).",
            hint: "a GGUF file has tensors of one to four dimensions with names of their own"
        )
    }
}
