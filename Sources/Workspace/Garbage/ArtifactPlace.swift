import Tracking

/// A file or folder below the workspace's `artifacts/`, with no symbolic link in its path.
///
/// Names are bytes, as in the file system.
package struct ArtifactPlace: Hashable, Sendable {
    /// The components of the path; empty for `artifacts/` itself.
    package let names: [[UInt8]]

    package init(_ names: [[UInt8]]) { self.names = names }

    /// The parent folder; nil for `artifacts/` itself.
    var parent: ArtifactPlace? { names.isEmpty ? nil : ArtifactPlace(names.dropLast()) }

    /// The folders that contain it, from the nearest to `artifacts/`.
    var ancestors: [ArtifactPlace] {
        names.indices.reversed().map { ArtifactPlace(Array(names[..<$0])) }
    }

    func child(_ name: [UInt8]) -> ArtifactPlace { ArtifactPlace(names + [name]) }

    /// The path relative to the workspace, for display.
    var text: String {
        (["artifacts"] + names.map { String(decoding: $0, as: UTF8.self) }).joined(separator: "/")
    }

    // MARK: - MLflow's layout

    /// Whether it contains folders of runs or models in MLflow's layout: `<experiment>` and
    /// `<experiment>/models`.
    var isContainer: Bool {
        guard let first = names.first, Self.isNumber(first) else { return false }
        return names.count == 1 || names.count == 2 && names[1] == Self.models
    }

    /// The run or logged model whose folder it is in MLflow's layout, `<experiment>/<run>` or
    /// `<experiment>/models/<model>`, if the name is an id in this program's form.
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

    /// The experiment of this folder of traces.
    var tracesOwner: ArtifactOwner.ID? {
        guard names.count == 2, names[1] == Self.traces, Self.isNumber(names[0]) else { return nil }
        return .init(.experiment, String(decoding: names[0], as: UTF8.self))
    }

    static let models = Array("models".utf8)
    static let traces = Array("traces".utf8)

    /// The folder for uploads in progress.
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
