import Tracking

/// A file or folder below the workspace's `artifacts/`, with no symbolic link on the way to it.
///
/// Names are bytes, as in the file system.
package struct ArtifactPlace: Hashable, Sendable {
    /// The names on the way; none for `artifacts/` itself.
    package let names: [[UInt8]]

    package init(_ names: [[UInt8]]) { self.names = names }

    /// The folder that it lies in; nil for `artifacts/` itself.
    var parent: ArtifactPlace? { names.isEmpty ? nil : ArtifactPlace(names.dropLast()) }

    /// The folders that it lies in, the nearest first, `artifacts/` last.
    var ancestors: [ArtifactPlace] {
        names.indices.reversed().map { ArtifactPlace(Array(names[..<$0])) }
    }

    func child(_ name: [UInt8]) -> ArtifactPlace { ArtifactPlace(names + [name]) }

    /// The path from the workspace's folder on, to be shown.
    var text: String {
        (["artifacts"] + names.map { String(decoding: $0, as: UTF8.self) }).joined(separator: "/")
    }

    // MARK: - What a name says

    /// Whether runs' folders, or models', lie in it by MLflow's layout: `<experiment>` and
    /// `<experiment>/models`.
    var isContainer: Bool {
        guard let first = names.first, Self.isNumber(first) else { return false }
        return names.count == 1 || names.count == 2 && names[1] == Self.models
    }

    /// The run or logged model whose folder it is by MLflow's layout, `<experiment>/<run>` or
    /// `<experiment>/models/<model>`, if the name is an id as this program gives it.
    var owner: ArtifactOwner.ID? {
        guard let first = names.first, let last = names.last, Self.isNumber(first) else {
            return nil
        }
        if names.count == 2, Self.isID(last[...]) {
            return .init(.run, String(decoding: last, as: UTF8.self))
        }
        if names.count == 3, names[1] == Self.models, last.starts(with: Array("m-".utf8)),
            Self.isID(last.dropFirst(2))
        {
            return .init(.model, String(decoding: last, as: UTF8.self))
        }
        return nil
    }

    /// The experiment to which this folder of traces belongs.
    var tracesOwner: ArtifactOwner.ID? {
        guard names.count == 2, names[1] == Self.traces, Self.isNumber(names[0]) else { return nil }
        return .init(.experiment, String(decoding: names[0], as: UTF8.self))
    }

    static let models = Array("models".utf8)
    static let traces = Array("traces".utf8)

    /// Where servers write what is being uploaded.
    package static let uploads = ArtifactPlace([Array(".uploads".utf8)])

    private static func isNumber(_ name: [UInt8]) -> Bool {
        !name.isEmpty && name.allSatisfy { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
    }

    private static func isID(_ name: ArraySlice<UInt8>) -> Bool {
        name.count == 32
            && name.allSatisfy {
                UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
                    || UInt8(ascii: "a")...UInt8(ascii: "f") ~= $0
            }
    }
}
