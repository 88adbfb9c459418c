import Database
import HTTPServer
import JSON
import Platform
import Registry
import Tracking
import Workspace

/// The source of the files of a new model version.
///
/// Loading the version opens the source, so a source outside the run or logged model that the call names
/// is refused. The rules are those of MLflow 3.17.
struct VersionSource {
    /// The source as the registry stores it.
    private(set) var source: String
    /// The location of the files, if the source determines it.
    private(set) var storageLocation: String?
    /// The run of the files.
    private(set) var run: String?
    /// The logged model of the files.
    private(set) var model: String?
    /// The version that this one is a copy of, if any.
    private(set) var original: ModelVersion?

    /// Reads the source from a call.
    ///
    /// - Throws: ``ServerError``, and the errors of the registry and the store.
    init(_ request: WireRequest, _ services: Services) throws {
        source = try request.text("source")
        run = try request.name("run_id")
        model = try request.name("model_id")
        guard try !request.isPrompt() else {
            // Prompts have no files; clients send one of these placeholders.
            guard source == "dummy-source" || source == "prompt-template" else {
                throw ServerError(
                    .invalidParameter,
                    "Invalid prompt source: '\(source.prefix(300))'. Prompts have no source but one of "
                        + "MLflow's placeholders."
                )
            }
            return
        }
        let address = Address(source)
        switch address.scheme {
        case nil, "file": try checkLocal(address, services)
        case "runs": try checkRun(address)
        case "models": try resolve(address, request, services)
        case "mlflow-artifacts": try checkArtifact(address, services)
        default:
            try checkPath(address)
            if address.leadsToArtifacts { try checkArtifact(address, services) }
        }
        if storageLocation == nil, let model {
            // An unknown model is refused for any source.
            let logged = try services.tracker.loggedModel(model)
            run = run ?? logged.sourceRun
        }
        source = ArtifactLocation.stored(source)
    }

    private func refused(_ why: String) -> ServerError {
        ServerError(
            .invalidParameter,
            "Invalid model version source: '\(source.prefix(300))'. \(why)"
        )
    }

    // MLflow's messages, because programs check them.
    private func relative() -> ServerError {
        refused(
            "If supplying a source as an http, https, local file path, ftp, objectstore, or "
                + "mlflow-artifacts uri, an absolute path must be provided without relative path "
                + "references present. Please provide an absolute path."
        )
    }

    private func unidentified(by parameter: String) -> ServerError {
        refused(
            "The \(parameter) request parameter must identify the resource that contains the source."
        )
    }

    /// Refuses paths to a parent folder, in any encoding.
    private func checkPath(_ address: Address) throws(ServerError) {
        let decoded = PercentCode.fullyDecoded(source)
        guard !PercentCode.split(decoded).contains(".."), !decoded.utf8.contains(0) else {
            throw relative()
        }
        let path = PercentCode.fullyDecoded(address.path)
        guard path.isEmpty || path.utf8.first == UInt8(ascii: "/"),
            !PercentCode.split(path).contains(".")
        else {
            throw relative()
        }
    }

    /// Checks that a local path is in the local folder of the run or model.
    private func checkLocal(_ address: Address, _ services: Services) throws {
        let isInside = try folders(services).contains { folder in
            let folder = Address(folder)
            return (folder.scheme == nil || folder.scheme == "file")
                && address.parts.starts(with: folder.parts) && !folder.parts.isEmpty
        }
        guard isInside, address.path.utf8.first == UInt8(ascii: "/"),
            !address.parts.contains(".."), !address.parts.contains(".")
        else {
            throw refused(
                "To use a local path as a model version source, the run_id request parameter has to be "
                    + "specified and the local path has to be contained within the artifact directory "
                    + "of the run specified by the run_id."
            )
        }
    }

    private func checkRun(_ address: Address) throws(ServerError) {
        try checkPath(address)
        guard let run, model == nil, address.host.isEmpty, address.parts.first == run else {
            throw unidentified(by: "run_id")
        }
    }

    private func checkArtifact(_ address: Address, _ services: Services) throws {
        try checkPath(address)
        guard try folders(services).contains(where: { address.isInside(Address($0)) }) else {
            throw unidentified(by: model == nil ? "run_id" : "model_id")
        }
    }

    /// The folders of the run or of the logged model, as clients know them.
    private func folders(_ services: Services) throws -> [String] {
        do {
            if let model {
                return [
                    ArtifactLocation.wire(try services.tracker.loggedModel(model).artifactLocation)
                ]
            }
            guard let run else { return [] }
            return [ArtifactLocation.wire(try services.tracker.run(run, details: []).artifactURI)]
        } catch let error as TrackingError where error.code == .notFound {
            return []
        }
    }

    /// Resolves a logged model or a version to copy; the copy stays when the original is deleted.
    private mutating func resolve(
        _ address: Address,
        _ request: WireRequest,
        _ services: Services
    ) throws {
        try checkPath(address)
        let parts = PercentCode.split(address.path)
        guard address.host.isEmpty, (1...2).contains(parts.count) else {
            throw refused("It names no model of this registry.")
        }
        if parts.count == 1, !parts[0].contains("@") {
            guard parts[0] == model else { throw unidentified(by: "model_id") }
            let logged: LoggedModel
            do { logged = try services.tracker.loggedModel(parts[0]) } catch let error
                as TrackingError
                where error.code == .notFound
            {
                throw refused("There is no such logged model.")
            }
            storageLocation = logged.artifactLocation
            run = run ?? logged.sourceRun
            return
        }
        let version: ModelVersion
        do { version = try services.registry.resolve(source) } catch let error as RegistryError
            where error.code == .notFound && parts[0].contains("@") && parts.count == 1
        {
            // MLflow's answer for a missing alias.
            throw try services.registry.hasModel(named: ModelReference(source).model)
                ? ServerError(.invalidParameter, error.message) : ServerError(translating: error)
        }
        guard try !services.registry.model(version.model).isPrompt else {
            throw refused("Prompt versions cannot be used as model version sources.")
        }
        let (hasRun, hasModel) = (request.has("run_id"), request.has("model_id"))
        guard !hasRun || run ?? "" == version.run ?? "",
            !hasModel || model ?? "" == version.loggedModel ?? ""
        else {
            throw refused(
                "The run_id and model_id request parameters must match the referenced model version."
            )
        }
        source = "\(ModelReference.scheme)\(version.model)/\(version.version)"
        storageLocation = version.storageLocation
        run = version.run
        model = version.loggedModel
        original = version
    }
}

extension Address {
    /// Whether it is an artifact of an MLflow server, by HTTP.
    fileprivate var leadsToArtifacts: Bool {
        let route = ["api", "2.0", "mlflow-artifacts", "artifacts"]
        guard scheme == "http" || scheme == "https", parts.count >= route.count else {
            return false
        }
        return (0...parts.count - route.count).contains { parts[$0...].starts(with: route) }
    }
}

extension WireRequest {
    /// Whether the tags mark a prompt; the last of several such tags counts.
    fileprivate func isPrompt() throws(ServerError) -> Bool {
        let key = RegisteredModel.promptTag.text
        var isPrompt = false
        for tag in try objects("tags") where try tag.optionalText("key") == key {
            isPrompt = try tag.optionalText("value")?.lowercased() == "true"
        }
        return isPrompt
    }
}
