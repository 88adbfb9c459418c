internal import AsyncHTTPClient
internal import FoundationEssentials
internal import NIOCore
internal import NIOHTTP1
internal import Platform

/// A single request to a web server.
package struct WebRequest: Sendable {
    /// The method, such as `POST`.
    package var method: String
    /// The address; http or https.
    package var address: String
    /// The header fields.
    package var headers: [(name: String, value: String)]
    /// The body; nil for none.
    package var body: [UInt8]?
    /// The seconds for the whole request.
    package var timeout = 30.0
    /// The bytes of the answer's body that are read; a longer one is an error.
    package var limit = 16 << 20

    /// Creates a request.
    package init(
        _ method: String,
        _ address: String,
        headers: [(name: String, value: String)] = [],
        body: [UInt8]? = nil
    ) {
        self.method = method
        self.address = address
        self.headers = headers
        self.body = body
    }

    /// Why the address cannot be used; nil if it can.
    package static func fault(in address: String) -> String? {
        guard let url = URL(string: address), let scheme = url.scheme?.lowercased(),
            url.host()?.isEmpty == false
        else { return "\(VisibleText.line(address)) is no address such as https://example.org." }
        guard scheme == "http" || scheme == "https" else {
            return "\(VisibleText.line(address)) is neither http nor https."
        }
        return nil
    }

    /// Sends it and reads the answer, without following redirections.
    ///
    /// Blocks the calling thread; the connection has threads of its own.
    ///
    /// - Parameter isCancelled: Asked about every 50 ms.
    /// - Throws: ``TransferError`` if there is no complete answer; `CancellationError`.
    package func send(isCancelled: () -> Bool) throws -> WebAnswer {
        if let fault = Self.fault(in: address) { throw TransferError(.failed, fault) }
        var settings = HTTPClient.Configuration(
            redirectConfiguration: .disallow,
            timeout: .init(connect: .seconds(Int64(max(1, min(10, timeout)))))
        )
        settings.connectionPool.retryConnectionEstablishment = false
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: settings)
        defer { try? client.syncShutdown() }
        do {
            let answer = try answer(from: client, isCancelled)
            return WebAnswer(
                status: Int(answer.status.code),
                headers: answer.headers.map { ($0.name, $0.value) },
                body: answer.body.map { Array($0.readableBytesView) } ?? []
            )
        } catch is ResponseAccumulator.ResponseTooBigError {
            throw TransferError(.failed, "\(shown) answered with more than \(limit >> 20) MiB.")
        } catch let error as CancellationError {
            throw error
        } catch {
            throw TransferError(
                .failed,
                "\(shown) could not be reached: \(HubDownload.reason(error))."
            )
        }
    }

    private func answer(
        from client: HTTPClient,
        _ isCancelled: () -> Bool
    ) throws -> HTTPClient.Response {
        var request = try HTTPClient.Request(url: address, method: HTTPMethod(rawValue: method))
        if !headers.contains(where: { $0.name.lowercased() == "user-agent" }) {
            request.headers.add(name: "User-Agent", value: "workbench")
        }
        for field in headers { request.headers.add(name: field.name, value: field.value) }
        if let body { request.body = .bytes(body) }
        let task = client.execute(
            request: request,
            delegate: ResponseAccumulator(request: request, maxBodySize: limit),
            deadline: .now() + .nanoseconds(Int64(min(timeout, 1e8) * 1e9))
        )
        let result = Guarded<Result<HTTPClient.Response, any Error>?>(nil)
        task.futureResult.whenComplete { ended in result.withLock { $0 = ended } }
        var isEnding = false
        while true {
            if let result = result.wait(seconds: 0.05, for: { $0 }) {
                if isEnding { throw CancellationError() }
                return try result.get()
            }
            if !isEnding, isCancelled() {
                isEnding = true
                task.cancel()
            }
        }
    }

    /// The address without what may be secret in it.
    private var shown: String {
        guard let url = URL(string: address), let host = url.host() else { return "The server" }
        return url.port.map { "\(host):\($0)" } ?? host
    }
}

/// What a web server answered.
package struct WebAnswer: Sendable {
    /// The status, such as 200.
    package var status: Int
    /// The header fields.
    package var headers: [(name: String, value: String)]
    /// The body.
    package var body: [UInt8]

    /// The value of a header field; nil if it is missing.
    package func header(_ name: String) -> String? {
        headers.first { $0.name.lowercased() == name.lowercased() }?.value
    }
}
