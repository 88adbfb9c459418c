import Platform

/// A dataset in memory: rows to train on and rows held out.
public struct Dataset: Sendable {
    /// The dataset's name, from its file or folder.
    public let name: String
    /// The file or folder it was read from.
    public let path: String
    /// The format of its training rows.
    public let format: DatasetFormat
    /// The rows to train on, in the order of the file.
    public let training: [Record]
    /// The rows for evaluation, in the order of the file; may be empty.
    public let heldOut: [Record]
    /// The files it was read from; empty if it was made from other rows.
    public let files: [String]
    /// The broken rows that were left out on request.
    public let leftOut: BrokenRows
    /// The decisions of the reader where the files are ambiguous, in sentences.
    public let decisions: [String]
    /// SHA-256 of the rows' content, in hex: see `ContentDigest`.
    public let digest: String

    /// Creates a dataset of rows and computes its digest.
    public init(
        name: String,
        path: String,
        format: DatasetFormat,
        training: [Record],
        heldOut: [Record] = [],
        files: [String] = [],
        leftOut: BrokenRows = BrokenRows(),
        decisions: [String] = []
    ) {
        self.name = name
        self.path = path
        self.format = format
        self.training = training
        self.heldOut = heldOut
        self.files = files
        self.leftOut = leftOut
        self.decisions = decisions
        self.digest = ContentDigest.hex(training: training, heldOut: heldOut)
    }

    /// The name of the file or folder at a path.
    public static func name(ofPath path: String) -> String {
        DatasetName.make(path: path, isFolder: FilePaths.isFolder(path))
    }

    /// A name given by the user, of letters, digits, `.`, `_` and `-`; anything else becomes `-`.
    public static func name(from text: String) -> String { DatasetName.cleaned(text) }

    /// The same dataset with other rows, which are in no file.
    func with(training: [Record], heldOut: [Record]) -> Dataset {
        Dataset(
            name: name,
            path: path,
            format: format,
            training: training,
            heldOut: heldOut,
            decisions: decisions
        )
    }

    /// The first eight digits of the digest, for display.
    public var shortDigest: String { String(digest.prefix(8)) }
}
