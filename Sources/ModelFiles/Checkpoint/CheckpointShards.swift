import JSON
import Tensors

/// The distribution of a model's tensors over the safetensors files of a folder.
struct CheckpointShards {
    /// A tensor of the model as it will be written.
    struct Tensor {
        let role: TensorRole
        let layer: Int
        let name: String
        let type: ElementType
        let shape: [Int]

        var numberCount: Int { shape.reduce(1, *) }
        var byteCount: Int { type.byteCount(elements: numberCount) }

        fileprivate var planned: SafetensorsPlan.Tensor {
            let stored: SafetensorsType =
                switch type {
                case .f16: .f16
                case .bf16: .bf16
                default: .f32
                }
            return SafetensorsPlan.Tensor(name: name, type: stored, shape: shape)
        }
    }

    /// One file.
    struct File {
        let name: String
        let plan: SafetensorsPlan
        /// The tensors in the order of the file.
        let tensors: [Tensor]
    }

    let files: [File]
    /// The total size of the files in bytes.
    var byteCount: Int { files.reduce(0) { $0 + $1.plan.byteCount } }
    /// The number of parameters.
    var numberCount: Int { files.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.numberCount } } }

    /// Fills one file after another, at most `largestFile` bytes each unless it has a single
    /// tensor.
    init(_ tensors: [Tensor], largestFile: Int) {
        var groups: [[Tensor]] = [[]]
        var room = largestFile
        for tensor in tensors {
            if tensor.byteCount > room, groups.last?.isEmpty == false {
                groups.append([])
                room = largestFile
            }
            groups[groups.count - 1].append(tensor)
            room -= tensor.byteCount
        }
        files = groups.enumerated().map { index, group in
            let plan = SafetensorsPlan(group.map(\.planned), metadata: ["format": "pt"])
            let known = Dictionary(group.map { ($0.name, $0) }) { first, _ in first }
            return File(
                name: groups.count == 1
                    ? "model.safetensors"
                    : "model-\(Self.digits(index + 1))-of-\(Self.digits(groups.count)).safetensors",
                plan: plan,
                tensors: plan.tensors.compactMap { known[$0.name] }
            )
        }
    }

    /// The index of the tensors, if there are several files.
    var index: [(name: String, bytes: [UInt8])] {
        guard files.count > 1 else { return [] }
        var places = JSONObject()
        for file in files {
            for tensor in file.tensors {
                _ = places.insert(.string(file.name), named: JSONName(tensor.name))
            }
        }
        let size = files.reduce(0) { $0 + $1.tensors.reduce(0) { $0 + $1.byteCount } }
        let index: JSONValue = [
            "metadata": ["total_size": .integer(size)], "weight_map": .object(places),
        ]
        return [("model.safetensors.index.json", index.indentedBytes)]
    }

    private static func digits(_ number: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, 5 - text.count)) + text
    }
}
