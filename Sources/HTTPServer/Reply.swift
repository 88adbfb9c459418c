import HTTPTypes
import Hummingbird
package import JSON
import NIOCore

/// The answer to a call.
package struct Reply: Sendable {
    var response: Response

    /// Its status, such as 200.
    package var status: Int { response.status.code }

    private init(_ status: Int, _ type: String, _ body: ResponseBody) {
        response = Response(status: .init(code: status), headers: [.contentType: type], body: body)
    }

    /// An answer without a body.
    package init(status: Int) { response = Response(status: .init(code: status)) }

    /// A JSON value.
    package static func json(_ value: JSONValue, status: Int = 200) -> Reply {
        Reply(
            status,
            "application/json",
            ResponseBody(byteBuffer: ByteBuffer(bytes: value.bytes))
        )
    }

    /// A text of a given type.
    package static func text(
        _ text: String,
        type: String = "text/plain; charset=utf-8"
    ) -> Reply {
        Reply(200, type, ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    /// A body that is written in pieces.
    ///
    /// - Parameters:
    ///   - length: The number of bytes, if it is known.
    ///   - write: Writes the pieces; throwing ends the connection, so that clients do not take the
    ///     body for complete.
    package static func stream(
        status: Int = 200,
        type: String,
        length: Int? = nil,
        _ write: @escaping @Sendable (Writer) async throws -> Void
    ) -> Reply {
        let body = ResponseBody(contentLength: length) { writer in
            let pieces = Writer(writer)
            try await write(pieces)
            try await writer.finish(nil)
        }
        return Reply(status, type, body)
    }

    /// A writer of the pieces of a body.
    package struct Writer {
        private let writer: any ResponseBodyWriter

        init(_ writer: any ResponseBodyWriter) { self.writer = writer }

        /// Writes a piece.
        package func write(_ bytes: [UInt8]) async throws {
            try await write(ByteBuffer(bytes: bytes))
        }

        func write(_ buffer: ByteBuffer) async throws {
            var writer = writer
            try await writer.write(buffer)
        }

        /// Sends the pieces written so far; without this, small pieces are sent together.
        package func flush() async throws { try await (writer as? AnswerWriter)?.flush() }
    }

    /// Sets a header, replacing an earlier value.
    package mutating func set(_ header: String, _ value: String) {
        if let name = HTTPField.Name(header) { response.headers[name] = value }
    }
}
