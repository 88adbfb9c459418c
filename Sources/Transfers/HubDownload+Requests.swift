internal import AsyncHTTPClient
internal import FoundationEssentials
internal import Glibc
internal import NIOCore
internal import NIOHTTP1
internal import Platform

extension HubDownload {
    /// Requests an address, or a range of it, following the hub's redirections.
    func open(
        _ address: String,
        range: String?,
        _ client: HTTPClient
    ) async throws -> HTTPClientResponse {
        var address = address
        for _ in 0..<Self.redirectLimit {
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "User-Agent", value: "workbench")
            if let range { request.headers.add(name: "Range", value: range) }
            if let token = configuration.token, isOnHub(address) {
                request.headers.add(name: "Authorization", value: "Bearer \(token)")
            }
            let response: HTTPClientResponse
            do {
                response = try await client.execute(request, deadline: .distantFuture)
            } catch {
                try Task.checkCancellation()
                throw failure("it could not be reached: \(Self.reason(error)).")
            }
            guard (300..<400).contains(response.status.code),
                let location = response.headers.first(name: "Location")
            else { return response }
            address = try next(location, from: address)
        }
        throw failure("it redirects without end.")
    }

    /// The address of a redirection.
    ///
    /// The hub chooses it: only http and https are allowed, and an encrypted connection stays
    /// encrypted.
    private func next(_ location: String, from address: String) throws(TransferError) -> String {
        guard let next = URL(string: location, relativeTo: URL(string: address)),
            let scheme = next.scheme?.lowercased(), next.host()?.isEmpty == false
        else { throw failure("it sent a redirection that is no address.") }
        switch scheme {
        case "https": return next.absoluteString
        case "http":
            guard URL(string: address)?.scheme?.lowercased() == "http" else {
                throw failure("it redirects to an address without encryption.")
            }
            return next.absoluteString
        default:
            throw failure(
                "it redirects to an address of \(scheme), which is neither http nor https."
            )
        }
    }

    /// Whether `address` is on the server that the token is for.
    private func isOnHub(_ address: String) -> Bool {
        guard let url = URL(string: address), let hub = URL(string: configuration.endpoint) else {
            return false
        }
        return (url.scheme, url.host(), url.port) == (hub.scheme, hub.host(), hub.port)
    }

    func failure(_ message: String) -> TransferError {
        TransferError(.failed, message)
    }

    static func reason(_ error: any Error) -> String {
        switch error as? HTTPClientError {
        case .some(.connectTimeout): "no connection in time"
        case .some(.readTimeout): "no answer in time"
        case .some(.remoteConnectionClosed): "the server closed it"
        case .some(.invalidURL), .some(.emptyHost), .some(.emptyScheme):
            "the address is not valid"
        case .some(let other): other.shortDescription
        case nil:
            // The system's message, without the library's text around it.
            (error as? IOError).map { String(cString: strerror($0.errnoCode)) }
                ?? reason(ofLibrary: "\(error)", type: String(reflecting: type(of: error)))
        }
    }

    /// The reason in an error of a library below, whose text has its types and its source files.
    private static func reason(ofLibrary text: String, type: String) -> String {
        if text.contains("UnknownHost") { return "there is no such host" }
        guard type.hasPrefix("NIOSSL.") else { return String(text.prefix(200)) }
        if text.contains("WRONG_VERSION_NUMBER") || text.contains("HTTP_REQUEST") {
            return "it does not answer with TLS; its address may begin with http://"
        }
        if text.contains("ValidateHostname") { return "its certificate is that of another host" }
        if text.contains("CERTIFICATE") { return "its certificate is not trusted" }
        return "no encrypted connection could be made"
    }
}
