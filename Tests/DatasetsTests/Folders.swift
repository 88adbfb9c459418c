import Datasets
import Foundation

/// A folder with the lifetime of the value.
final class TemporaryFolder {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "datasets-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// Writes a file and returns its path.
    @discardableResult
    func write(_ name: String, _ text: String) throws -> String {
        try write(name, bytes: Array(text.utf8))
    }

    @discardableResult
    func write(_ name: String, bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        let folder = (file as NSString).deletingLastPathComponent
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try Data(bytes).write(to: URL(fileURLWithPath: file))
        return file
    }
}

/// A row in the chat format.
func chatRow(_ question: String, _ answer: String) -> String {
    """
    {"messages":[{"role":"user","content":"\(question)"},{"role":"assistant","content":"\(answer)"}]}
    """
}

/// Reads one file of the given text.
func read(_ text: String, as name: String = "rows.jsonl") throws -> Dataset {
    let folder = try TemporaryFolder()
    return try Dataset.read(path: folder.write(name, text))
}

/// The error of reading a file with the given text.
func fault(reading text: String, as name: String = "rows.jsonl") throws -> DatasetError? {
    do {
        _ = try read(text, as: name)
        return nil
    } catch let error as DatasetError {
        return error
    }
}
