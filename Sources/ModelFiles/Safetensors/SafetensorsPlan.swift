import JSON

/// The layout of a safetensors file.
struct SafetensorsPlan {
    /// A tensor that will be written.
    struct Tensor: Equatable {
        let name: String
        let type: SafetensorsType
        let shape: [Int]

        var byteCount: Int { shape.reduce(type.byteCount, *) }
    }

    /// The tensors in the order of the file.
    let tensors: [Tensor]
    /// The tensors' bytes, counted from the start of the file.
    let places: [Range<Int>]
    /// The file's first bytes: the header and its length.
    let header: [UInt8]
    /// The size of the file.
    var byteCount: Int { places.last?.upperBound ?? header.count }

    /// Computes the layout of tensors, whose names differ.
    init(_ tensors: [Tensor], metadata: [String: String]) {
        // The widest types first, so that every tensor is aligned to its type.
        self.tensors = tensors.sorted {
            ($1.type.byteCount, $0.name) < ($0.type.byteCount, $1.name)
        }
        var object = JSONObject()
        if !metadata.isEmpty {
            var values = JSONObject()
            for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
                _ = values.insert(.string(value), named: JSONName(key))
            }
            _ = object.insert(.object(values), named: "__metadata__")
        }
        var ranges: [Range<Int>] = []
        var end = 0
        for tensor in self.tensors {
            let range = end..<end + tensor.byteCount
            let entry: JSONValue = [
                "dtype": .string(tensor.type.rawValue),
                "shape": .array(tensor.shape.map { .integer($0) }),
                "data_offsets": [.integer(range.lowerBound), .integer(range.upperBound)],
            ]
            _ = object.insert(entry, named: JSONName(tensor.name))
            ranges.append(range)
            end = range.upperBound
        }
        var text = JSONValue.object(object).bytes
        while text.count % 8 != 0 { text.append(UInt8(ascii: " ")) }
        let length = withUnsafeBytes(of: UInt64(text.count).littleEndian) { [UInt8]($0) }
        let header = length + text
        self.header = header
        places = ranges.map { header.count + $0.lowerBound..<header.count + $0.upperBound }
    }
}
