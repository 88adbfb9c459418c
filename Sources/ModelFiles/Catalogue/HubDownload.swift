internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1

/// Fetches files from the Hugging Face hub, or a server that is like it.
struct HubDownload: Sendable {
    private let configuration: ModelStore.Configuration
    private static let redirectLimit = 8

    init(_ configuration: ModelStore.Configuration) {
        self.configuration = configuration
    }

    /// Fetches the rest of a file of `byteCount` bytes into `partial`.
    ///
    /// A dropped connection is taken up again as long as bytes come. Throws
    /// `ModelFileError` with `downloadFailed` for what is the hub's failure.
    func fetch(
        _ file: String,
        in repository: String,
        into partial: PartialFile,
        byteCount: Int,
        report: (Int) -> Void
    ) async throws {
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(
                connect: TimeAmount(configuration.connectTimeout),
                read: TimeAmount(configuration.idleTimeout)
            )
        )
        settings.connectionPool.retryConnectionEstablishment = false
        let base =
            configuration.endpoint.hasSuffix("/")
            ? configuration.endpoint.dropLast() : configuration.endpoint[...]
        let address = "\(base)/\(repository)/resolve/main/\(file)"
        try await HTTPClient.withHTTPClient(configuration: settings) { client in
            while partial.byteCount != byteCount {
                if partial.byteCount > byteCount { try partial.clear() }
                let before = partial.byteCount
                let response = try await open(address, from: before, client)
                try prepare(partial, for: response, byteCount: byteCount)
                report(partial.byteCount)
                do {
                    try await receive(response, into: partial, byteCount: byteCount, report: report)
                } catch let error as ModelFileError {
                    throw error
                } catch is CancellationError {
                    throw CancellationError()
                } catch {
                    try Task.checkCancellation()
                    guard partial.byteCount > before else {
                        throw failure("the connection was lost: \(Self.reason(error)).")
                    }
                    continue
                }
                guard partial.byteCount == byteCount else {
                    throw failure("it sent \(partial.byteCount) bytes of \(byteCount).")
                }
            }
        }
    }

    /// Asks for the file from byte `offset` on, wherever the hub says it is.
    private func open(
        _ address: String,
        from offset: Int,
        _ client: HTTPClient
    ) async throws -> HTTPClientResponse {
        var address = address
        for _ in 0..<Self.redirectLimit {
            var request = HTTPClientRequest(url: address)
            request.headers.add(name: "User-Agent", value: "workbench")
            if offset > 0 { request.headers.add(name: "Range", value: "bytes=\(offset)-") }
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
            guard let next = URL(string: location, relativeTo: URL(string: address)) else {
                throw failure("it sent a redirection that is no address.")
            }
            // A connection that was safe stays so.
            guard next.scheme == "https" || !address.hasPrefix("https:") else {
                throw failure("it redirects to an address without encryption.")
            }
            address = next.absoluteString
        }
        throw failure("it redirects without end.")
    }

    /// Makes the partial file end where the response begins.
    private func prepare(
        _ partial: PartialFile,
        for response: HTTPClientResponse,
        byteCount: Int
    ) throws {
        switch response.status.code {
        case 200:
            try partial.clear()
        case 206:
            let range = response.headers.first(name: "Content-Range") ?? ""
            guard range.hasPrefix("bytes \(partial.byteCount)-") else {
                throw failure("it sent another range than was asked for (\(range)).")
            }
        case 416:
            // What is here is of a longer file than the hub's.
            try partial.clear()
            throw failure("its file is shorter than what was already here.")
        case 401, 403:
            throw failure(
                configuration.token == nil
                    ? "it wants a token (set HF_TOKEN)."
                    : "it did not accept the token in HF_TOKEN."
            )
        case 404:
            throw failure("it does not have the file.")
        default:
            throw failure("it answered \(response.status.code) \(response.status.reasonPhrase).")
        }
        if let length = response.headers.first(name: "Content-Length").flatMap({ Int($0) }),
            partial.byteCount + length != byteCount
        {
            throw failure(
                "its file has \(partial.byteCount + length) bytes, the model \(byteCount)."
            )
        }
    }

    private func receive(
        _ response: HTTPClientResponse,
        into partial: PartialFile,
        byteCount: Int,
        report: (Int) -> Void
    ) async throws {
        for try await chunk in response.body {
            guard partial.byteCount + chunk.readableBytes <= byteCount else {
                try partial.clear()
                throw failure("it sent more than the \(byteCount) bytes of the model.")
            }
            try chunk.withUnsafeReadableBytes { try partial.append($0) }
            report(partial.byteCount)
        }
    }

    /// Whether `address` is on the very server that the token is for.
    private func isOnHub(_ address: String) -> Bool {
        guard let url = URL(string: address), let hub = URL(string: configuration.endpoint) else {
            return false
        }
        return (url.scheme, url.host(), url.port) == (hub.scheme, hub.host(), hub.port)
    }

    private func failure(_ message: String) -> ModelFileError {
        ModelFileError(.downloadFailed, message)
    }

    private static func reason(_ error: any Error) -> String {
        switch error as? HTTPClientError {
        case .some(.connectTimeout): "no connection in time"
        case .some(.readTimeout): "no answer in time"
        case .some(.remoteConnectionClosed): "the server closed it"
        case .some(.invalidURL), .some(.emptyHost): "the address is not valid"
        case .some(let other): other.shortDescription
        case nil: String("\(error)".prefix(200))
        }
    }
}

extension TimeAmount {
    fileprivate init(_ duration: Duration) {
        let (seconds, attoseconds) = duration.components
        self = .nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
    }
}
