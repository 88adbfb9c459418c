import ChatTemplates
import Datasets
import Platform
import Testing
import Tokenizers

/// Which files of a folder are read.
struct HeldOutFileTests {
    private func folder(_ names: String...) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        for (number, name) in names.enumerated() {
            let text =
                switch name.split(separator: ".").last {
                case "csv": "prompt,completion\nq\(number),a\n"
                case "tsv": "prompt\tcompletion\nq\(number)\ta\n"
                case "txt": "text \(number)"
                case "json": "[\(chatRow("q\(number)", "a"))]"
                default: chatRow("q\(number)", "a")
                }
            try folder.write(name, text)
        }
        return folder
    }

    @Test(
        arguments: ["validation", "valid", "val", "dev"],
        ["jsonl", "json", "csv", "tsv", "JSONL"]
    )
    func theCommonNamesOfHeldOutRowsAreRead(_ stem: String, _ ending: String) throws {
        let folder = try folder("train.jsonl", "\(stem).\(ending)")
        let dataset = try Dataset.read(path: folder.path)
        #expect(dataset.training.count == 1 && dataset.heldOut.count == 1)
        #expect(dataset.decisions.isEmpty)
    }

    @Test func documentsAreHeldOutToo() throws {
        let folder = try folder("Train.txt", "Valid.txt")
        let dataset = try Dataset.read(path: folder.path)
        #expect(dataset.format == .text && dataset.heldOut.count == 1)
    }

    @Test func theFirstOfSeveralFilesIsReadAndTheOthersNamed() throws {
        let folder = try folder("dev.jsonl", "train.jsonl", "valid.csv", "test.json", "notes.md")
        let dataset = try Dataset.read(path: folder.path)
        #expect(dataset.heldOut[0].source.file.hasSuffix("valid.csv"))
        #expect(dataset.decisions.count == 1)
        #expect(
            dataset.decisions[0].hasPrefix("dev.jsonl, test.json beside train.jsonl are not read")
        )
    }

    @Test(arguments: ["test.jsonl", "more.csv", "valid.jsonl.gz", "train.parquet", "eval.txt"])
    func rowsBesideTheTrainingFileAreNamed(_ name: String) throws {
        let folder = try folder("train.jsonl", name, "README.md", "dataset_infos.json")
        let dataset = try Dataset.read(path: folder.path)
        #expect(dataset.decisions.count == 1)
        #expect(dataset.decisions[0].hasPrefix("\(name) beside train.jsonl is not read"))
    }

    @Test func aTrainingFileWithoutItsFolderNamesTheFilesBesideIt() throws {
        let folder = try folder("train.jsonl", "val.jsonl", "other.jsonl")
        let dataset = try Dataset.read(path: "\(folder.path)/train.jsonl")
        #expect(dataset.heldOut.isEmpty && dataset.decisions.count == 1)
        #expect(dataset.decisions[0].hasPrefix("val.jsonl beside train.jsonl is not read"))
        #expect(try Dataset.read(path: "\(folder.path)/other.jsonl").decisions.isEmpty)
    }

    @Test func piecesOfAPartAreReadInTheirOrder() throws {
        let folder = try folder(
            "train-00001-of-00002.jsonl",
            "train-00000-of-00002.jsonl",
            "validation-00000-of-00001.jsonl"
        )
        let dataset = try Dataset.read(path: folder.path)
        #expect(dataset.training.map { $0.messages?.first?.content } == ["q1", "q0"])
        #expect(dataset.heldOut.count == 1 && dataset.decisions.isEmpty)
        #expect(try Dataset.records(1..<2, path: folder.path).count == 1)
        try folder.write("train-00003-of-00002.jsonl", chatRow("x", "y"))
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: folder.path) }
        #expect(error?.message.contains("does not hold all pieces of train") == true)
    }

    @Test func aFolderWithoutATrainingFileNamesWhatItHolds() throws {
        let folder = try folder("valid.jsonl", "test.jsonl", "parts/train.jsonl")
        let error = #expect(throws: DatasetError.self) { try Dataset.read(path: folder.path) }
        #expect(error?.message.contains("it holds test.jsonl, valid.jsonl, parts/") == true)
    }
}
