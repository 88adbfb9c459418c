import HTTPTypes
import Hummingbird
import NIOCore
import NIOHTTP1
import Platform

/// One connection of a client: its calls are read and answered one after another.
struct Connection: Sendable {
    typealias Wire = NIOAsyncChannel<CallPart, AnswerPart>
    /// The functions that answer calls; failures are answers, too.
    struct Responder: Sendable {
        let answer: @Sendable (Request, any Channel) async -> Response
        /// Answers a call that cannot be passed to `answer`.
        let refuse: @Sendable (ServerError) -> Response
    }

    let wire: Wire
    let others: OpenConnections
    /// Whether there are too many connections, so that the first call gets an error.
    let isOverload: Bool
    let responder: Responder

    /// The time for which a client may continue to send after the last answer of its connection.
    private static let patience = TimeAmount.seconds(2)

    /// Starts to serve an accepted connection.
    static func begin(
        on channel: any Channel,
        among others: OpenConnections,
        _ threads: WaitingThreads,
        _ responder: Responder
    ) throws {
        let admission = others.admit(channel)
        guard admission != .refused else { throw ChannelError.ioOnClosedChannel }
        let wire: Wire
        do { wire = try Self.wire(channel) } catch {
            others.remove(channel)
            throw error
        }
        let connection = Connection(
            wire: wire,
            others: others,
            isOverload: admission == .overload,
            responder: responder
        )
        others.assign(Task(executorPreference: threads) { await connection.serve() }, to: channel)
    }

    /// Sets up the reading and writing of a connection.
    private static func wire(_ channel: any Channel) throws -> Wire {
        let pipeline = channel.pipeline.syncOperations
        try pipeline.configureHTTPServerPipeline(
            withPipeliningAssistance: false,
            withErrorHandling: false,
            withOutboundHeaderValidation: false
        )
        try pipeline.addHandler(AnswerParts())
        return try Wire(
            wrappingChannelSynchronously: channel,
            configuration: .init(isOutboundHalfClosureEnabled: true)
        )
    }

    /// Answers calls until the client or the server ends the connection.
    func serve() async {
        defer { others.remove(wire.channel) }
        // A failure here means that the client has gone.
        try? await wire.executeThenClose { inbound, outbound in
            let stream = CallStream(inbound.makeAsyncIterator())
            var body: CallBody?
            while let head = try await head(from: stream, outbound) {
                others.begin(wire.channel)
                let call = CallBody(of: head, from: stream, to: outbound)
                body = call
                guard try await answer(head, call, outbound), others.finish(wire.channel) else {
                    break
                }
                try await call.skip()
            }
            guard let body, !body.isComplete else { return }
            // Closing the connection while the client sends would make the client lose the answer.
            outbound.finish()
            let timer = wire.channel.eventLoop.scheduleTask(in: Self.patience) {
                wire.channel.close(promise: nil)
            }
            await body.drain()
            timer.cancel()
        }
    }

    /// The head of the next call; nil at the end.
    private func head(
        from stream: CallStream,
        _ outbound: NIOAsyncChannelOutboundWriter<AnswerPart>
    ) async throws -> HTTPRequestHead? {
        do {
            while let part = try await stream.next() {
                if case .head(let head) = part { return head }
            }
            return nil
        } catch let error as HTTPParserError {
            let refusal = responder.refuse(
                ServerError(.badRequest, "This is not an HTTP request: \(error).")
            )
            try await write(refusal, to: nil, isLast: true, outbound)
            return nil
        }
    }

    /// Answers one call; false if the connection ends with it.
    private func answer(
        _ head: HTTPRequestHead,
        _ body: CallBody,
        _ outbound: NIOAsyncChannelOutboundWriter<AnswerPart>
    ) async throws -> Bool {
        let response: Response
        if isOverload {
            response = responder.refuse(
                ServerError(.unavailable, "The server has too many connections; try again later.")
            )
        } else {
            do {
                let request = Request(
                    head: try HTTPRequest(head),
                    body: RequestBody(asyncSequence: body)
                )
                response = await responder.answer(request, wire.channel)
            } catch {
                response = responder.refuse(ServerError(error))
            }
        }
        let isKept =
            !isOverload && head.isKeepAlive && body.canBeSkipped && !others.isEnding
            && !head.headers.contains(name: "upgrade")
        try await write(response, to: head, isLast: !isKept, outbound)
        return isKept
    }

    private func write(
        _ response: Response,
        to call: HTTPRequestHead?,
        isLast: Bool,
        _ outbound: NIOAsyncChannelOutboundWriter<AnswerPart>
    ) async throws {
        var headers = HTTPHeaders(response.headers.map { ($0.name.rawName, $0.value) })
        headers.add(name: "Date", value: HTTPDate.now)
        headers.add(name: "Server", value: "workbench")
        if isLast {
            headers.add(name: "Connection", value: "close")
        } else if call?.version == .http1_0 {
            headers.add(name: "Connection", value: "keep-alive")
        }
        let head = HTTPResponseHead(
            version: .http1_1,
            status: HTTPResponseStatus(
                statusCode: response.status.code,
                reasonPhrase: response.status.reasonPhrase
            ),
            headers: headers
        )
        let writer = AnswerWriter(head, to: outbound)
        if call?.method == .HEAD {
            try await writer.finish(nil)
        } else {
            try await response.body.write(writer)
        }
    }
}

extension HTTPRequest {
    /// A call's head in the router's types.
    init(_ head: HTTPRequestHead) throws(ServerError) {
        guard let method = HTTPRequest.Method(head.method.rawValue) else {
            throw ServerError(.badRequest, "There is no such method.")
        }
        let encodings = head.headers["transfer-encoding"]
        guard encodings.isEmpty || encodings.map({ $0.lowercased() }) == ["chunked"] else {
            throw ServerError(.badRequest, "Transfer-Encoding must be chunked.")
        }
        var fields = HTTPFields()
        for (name, value) in head.headers where name.lowercased() != "host" {
            if let name = HTTPField.Name(name) {
                fields.append(HTTPField(name: name, value: value))
            }
        }
        self.init(
            method: method,
            scheme: "http",
            authority: head.headers.first(name: "host"),
            path: head.uri,
            headerFields: fields
        )
    }
}
