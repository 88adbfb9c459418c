package import Datasets

/// Command lines equivalent to keys, as the log of actions shows them.
package enum CommandText {
    /// An argument, in quotes if a shell would split or expand it.
    package static func quoted(_ argument: String) -> String {
        let plain = argument.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), 0x80...0xFF:
                true
            default: "-_./@:=+,%".utf8.contains(byte)
            }
        }
        if plain, !argument.isEmpty { return argument }
        let escaped = argument.split(separator: "'", omittingEmptySubsequences: false)
            .joined(separator: "'\\''")
        return "'\(escaped)'"
    }

    /// The command that downloads a base model.
    package static func pull(_ model: String) -> String { "workbench model pull \(quoted(model))" }

    /// The command that adds a dataset.
    package static func add(_ path: String) -> String { "workbench data add \(quoted(path))" }

    /// The command that derives a dataset from another.
    package static func convert(_ dataset: String, _ preparation: Preparation) -> String {
        if let share = preparation.heldOut?.share {
            return "workbench data split \(quoted(dataset)) --eval \(share)"
        }
        var words = ["workbench data convert \(quoted(dataset))"]
        if let cleaning = preparation.cleaning {
            words.append("--clean \(quoted(cleaning.description))")
        }
        if preparation.deduplication != nil { words.append("--deduplicate") }
        return words.joined(separator: " ")
    }
}
