import ModelFiles
import Platform
import Tensors

extension Optimizer {
    /// Writes the optimizer's state, in the memory order of the trained parameters.
    func write(to path: String) throws {
        try withExtendedLifetime(rule) {
            try SafetensorsFile.write(
                rule.state.map {
                    SafetensorsView(
                        name: $0.name,
                        shape: [$0.memory.count / $0.type.byteCount],
                        type: $0.type,
                        bytes: UnsafeRawBufferPointer($0.memory)
                    )
                },
                to: path
            )
        }
    }

    /// Reads the state that `write` wrote.
    func read(from path: String) throws {
        let file = try SafetensorsFile(path: path)
        for state in rule.state {
            do {
                try file.copy(state.name, of: state.type, to: state.memory)
            } catch {
                throw TrainingError(.damagedCheckpoint, error.message, hint: error.hint)
            }
        }
    }
}

extension OptimizerState {
    fileprivate var type: SafetensorsType {
        switch numbers {
        case .floats: .f32
        case .bytes: .u8
        }
    }

    fileprivate var memory: UnsafeMutableRawBufferPointer {
        switch numbers {
        case .floats(let buffer): UnsafeMutableRawBufferPointer(buffer.values)
        case .bytes(let buffer): UnsafeMutableRawBufferPointer(buffer.values)
        }
    }
}
