package import HTTPServer
/// How places of artifacts are called on the wire: what lies in the workspace goes through this
/// server, what lies elsewhere keeps its name.
package enum ArtifactLocation {
    private static let folder = "artifacts/"
    private static let scheme = "mlflow-artifacts:/"

    package static func wire(_ location: String) -> String {
        location.hasPrefix(folder) ? scheme + location.dropFirst(folder.count) : location
    }

    /// The place as the store keeps it.
    package static func stored(_ location: String) -> String {
        guard location.hasPrefix(scheme) else { return location }
        let path = location.dropFirst(scheme.count).drop { $0 == "/" }
        return folder + path
    }

    /// The path below the artifacts' folder of what is read through this server.
    ///
    /// - Throws: `ServerError` for what lies elsewhere.
    static func served(_ location: String) throws(ServerError) -> String {
        guard let path = path(location) else {
            throw ServerError(
                .invalidParameter,
                "The artifacts lie at \(ArtifactPath.shown(location)), which this server does not "
                    + "read."
            )
        }
        return path
    }

    /// The path below the artifacts' folder; nil for what lies elsewhere.
    package static func path(_ location: String) -> String? {
        let stored = stored(location)
        return stored.hasPrefix(folder) ? String(stored.dropFirst(folder.count)) : nil
    }

    /// Where the artifacts of an experiment lie that a client names a place for, as the store keeps it.
    ///
    /// A relative path is one below the workspace's artifacts: clients would take it for one below
    /// whatever folder each of them happens to be in.
    ///
    /// - Throws: `ServerError` for a place that leads out of the artifacts, and for what is no place.
    package static func chosen(_ location: String) throws(ServerError) -> String {
        func invalid(_ what: String) -> ServerError {
            ServerError(
                .invalidParameter,
                "Invalid value \(location.prefix(200).debugDescription) for parameter "
                    + "'artifact_location' supplied: \(what)."
            )
        }
        guard location.unicodeScalars.count <= mostCharacters else {
            throw invalid("it is longer than \(mostCharacters) characters")
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

    private static let mostCharacters = 2048
}
