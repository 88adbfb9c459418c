import ModelFiles
import Platform
import Tensors
import Transformer

/// The checkpoint file with the weights of a model in training.
///
/// They are in float32 under Hugging Face's names, with query and key rows in the order of the
/// model's own file.
enum ParameterFile {
    static let name = "parameters.safetensors"

    static func write(_ parameters: ModelParameters, folder: String) throws {
        try withExtendedLifetime(parameters) {
            try SafetensorsFile.write(
                parameters.slots.map { slot in
                    SafetensorsView(
                        name: parameters.name(of: slot),
                        shape: slot.shape,
                        type: .f32,
                        bytes: UnsafeRawBufferPointer(parameters.memory(of: slot))
                    )
                },
                to: "\(folder)/\(name)"
            )
        }
    }

    static func read(into parameters: ModelParameters, folder: String) throws {
        do {
            let file = try SafetensorsFile(path: "\(folder)/\(name)")
            for slot in parameters.slots {
                try file.copy(
                    parameters.name(of: slot),
                    of: .f32,
                    to: parameters.memory(of: slot)
                )
            }
        } catch {
            throw TrainingError(.damagedCheckpoint, error.message, hint: error.hint)
        }
    }
}

extension ModelParameters {
    fileprivate func memory(of slot: Slot) -> UnsafeMutableRawBufferPointer {
        UnsafeMutableRawBufferPointer(
            UnsafeMutableBufferPointer(rebasing: buffer.values[slot.range])
        )
    }
}

extension ModelParameters.Slot {
    fileprivate var shape: [Int] { role.isVector ? [columns] : [rows, columns] }
}
