package import HTTPServer
import Platform
/// Artifact locations in the API: those in the workspace refer to this server, others are unchanged.
package enum ArtifactLocation {
    private static let folder = "artifacts/"
    private static let scheme = "mlflow-artifacts:/"

    package static func wire(_ location: String) -> String {
        location.hasPrefix(folder) ? scheme + location.dropFirst(folder.count) : location
    }

    /// The location as the store has it.
    package static func stored(_ location: String) -> String {
        guard location.hasPrefix(scheme) else { return location }
        let path = location.dropFirst(scheme.count).drop { $0 == "/" }
        return folder + path
    }

    /// The path below `artifacts/` of a location that this server reads.
    ///
    /// - Throws: ``ServerError`` for other locations.
    static func served(_ location: String) throws(ServerError) -> String {
        guard let path = path(location) else {
            throw ServerError(
                .invalidParameter,
                "The artifacts are at \(ArtifactPath.shown(location)), which this server does not "
                    + "read."
            )
        }
        return path
    }

    /// The path below `artifacts/`; nil for other locations.
    package static func path(_ location: String) -> String? {
        let stored = stored(location)
        return stored.hasPrefix(folder) ? String(stored.dropFirst(folder.count)) : nil
    }

    /// The location that a client chooses for an experiment's artifacts, as the store has it.
    ///
    /// A relative path is below the workspace's `artifacts/`; clients would each resolve it in their own
    /// working directory.
    ///
    /// - Throws: ``ServerError`` for a location that leads out of `artifacts/`, and for an invalid one.
    package static func chosen(_ location: String) throws(ServerError) -> String {
        func invalid(_ what: String) -> ServerError {
            ServerError(
                .invalidParameter,
                "Invalid value \(location.prefix(200).debugDescription) for parameter "
                    + "'artifact_location' supplied: \(what)."
            )
        }
        guard location.unicodeScalars.count <= maximumLength else {
            throw invalid("it is longer than \(maximumLength) characters")
        }
        guard !location.unicodeScalars.contains(where: { $0.value < 0x20 || $0.value == 0x7F })
        else {
            throw invalid("it holds a control character")
        }
        guard !location.utf8.contains(UInt8(ascii: "#")) else {
            throw invalid("it cannot include a fragment")
        }
        let address = Address(location)
        guard !PercentCode.fullyDecoded(address.query).contains("..") else {
            throw invalid("its query leads to a parent folder")
        }
        guard address.scheme != "runs" else {
            throw invalid("it cannot be a runs:/ URI")
        }
        switch address.scheme {
        case nil where address.path.hasPrefix("/"), "file" where address.path.hasPrefix("/"):
            return location
        case nil, "file", "mlflow-artifacts":
            guard address.host.isEmpty else {
                throw invalid("artifacts of another server cannot be written through this one")
            }
            let path = address.path + (address.query.isEmpty ? "" : "?\(address.query)")
            let names = PercentCode.split(path).filter { $0 != "." }
            guard !names.isEmpty, let artifacts = try? ArtifactPath(names.joined(separator: "/"))
            else { throw invalid("it leads out of the workspace's artifacts") }
            return folder + artifacts.text
        default:
            return location
        }
    }

    private static let maximumLength = 2048
}
